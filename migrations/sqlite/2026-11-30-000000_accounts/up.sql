-- A password that somebody else has seen is changed at the first sign-in; an approval names what was seen.
alter table accounts add column temporary boolean;   -- the password was given by somebody else and has to be changed
alter table approvals add column seen text;  -- digest of what the account agreed to

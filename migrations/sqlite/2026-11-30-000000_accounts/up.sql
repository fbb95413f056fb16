-- A password that somebody else has seen is changed at the first sign-in; an approval names what was seen; a held question says who checked it.
alter table accounts add column temporary boolean;   -- the password was given by somebody else and has to be changed
alter table approvals add column seen text;  -- digest of what the account agreed to
alter table rounds add column checks text;                                  -- who checked held questions, when and on what ground

-- An account is a person in a post: printed papers show them, and what takes two accounts takes two persons.
alter table accounts add column person text;   -- name of the official who owns the account, as it stands on papers
alter table accounts add column post text;     -- the official's post

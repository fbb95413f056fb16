-- Rounds opened from here on write shorter ballots (see `suite`), which a program without this migration could not read.
alter table rounds add column guard boolean;          -- never set: the right to change it is the right to lock the row while ballots go in
-- Ciphertexts cannot be compressed: trying costs each ballot its time. Boxes that are made from here on inherit this.
alter table only ballots alter column ciphertext set storage external;
alter table only ballots alter column encapsulation set storage external;

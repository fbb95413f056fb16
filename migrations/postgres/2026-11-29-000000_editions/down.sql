alter table only ballots alter column ciphertext set storage extended;
alter table only ballots alter column encapsulation set storage extended;
alter table rounds drop column guard;

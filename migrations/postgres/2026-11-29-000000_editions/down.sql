alter table ballots alter column ciphertext set storage extended;
alter table ballots alter column encapsulation set storage extended;
alter table rounds drop column guard;

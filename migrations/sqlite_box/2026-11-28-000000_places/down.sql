create table ballots_before (
    round         text not null,
    id            blob not null,
    unit          text not null,
    encapsulation blob not null,
    ciphertext    blob not null,
    primary key (round, id)
) without rowid;
insert into ballots_before select round, id, unit, encapsulation, ciphertext from ballots;
drop table ballots;
alter table ballots_before rename to ballots;

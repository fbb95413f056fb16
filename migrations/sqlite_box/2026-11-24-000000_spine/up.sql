-- The ballot box of a round: a file of its own, destroyed by deleting the file. Without rowids, which would record the order of arrival.

create table slips (                     -- codes issued for a round
    round text not null,                 -- round
    hash  blob not null,               -- keyed hash of the code; no serial number, no person
    unit  text not null,                 -- unit the slip was printed for
    primary key (round, hash)
) without rowid;

create table spent_slips (               -- codes used; the key decides races
    round text not null,                 -- round
    hash  blob not null,               -- keyed hash: no time, no ballot
    primary key (round, hash)
) without rowid;

create table ballots (                   -- sealed responses; unreadable until the opening, gone after it
    round         text not null,         -- round
    id            blob not null,       -- random 128 bits, so key order says nothing about arrival
    unit          text not null,         -- needed to count by group; never published alone
    encapsulation blob not null,       -- fresh for every ballot
    ciphertext    blob not null,       -- constant size for all ballots of the round
    primary key (round, id)
) without rowid;

create table seal (                      -- whether the box is closed
    closed integer not null              -- 0 or 1; the writer checks it in its own transaction
);
insert into seal (closed) values (0);

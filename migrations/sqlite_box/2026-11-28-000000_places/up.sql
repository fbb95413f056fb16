-- Ballots stand in the file by a number that their random name begins with. As the key of a table, and not of an index,
-- it is found without reading the ballots on the way to it; the check keeps any other number out, such as one that counts arrivals.
alter table ballots rename to ballots_before;
create table ballots (                   -- sealed responses; unreadable until the opening, gone after it
    place         integer primary key,   -- the first 64 of the name's random bits, as a signed number in the same order
    round         text not null,         -- round
    id            blob not null,         -- random 128 bits, so key order says nothing about arrival
    unit          text not null,         -- needed to count by group; never published alone
    encapsulation blob not null,         -- fresh for every ballot
    ciphertext    blob not null,         -- constant size for all ballots of the round
    check (length(id) = 16 and place = ((instr('123456789ABCDEF', substr(hex(id), 1, 1)) - 8) << 60)
        + (instr('123456789ABCDEF', substr(hex(id), 2, 1)) << 56)
        + (instr('123456789ABCDEF', substr(hex(id), 3, 1)) << 52)
        + (instr('123456789ABCDEF', substr(hex(id), 4, 1)) << 48)
        + (instr('123456789ABCDEF', substr(hex(id), 5, 1)) << 44)
        + (instr('123456789ABCDEF', substr(hex(id), 6, 1)) << 40)
        + (instr('123456789ABCDEF', substr(hex(id), 7, 1)) << 36)
        + (instr('123456789ABCDEF', substr(hex(id), 8, 1)) << 32)
        + (instr('123456789ABCDEF', substr(hex(id), 9, 1)) << 28)
        + (instr('123456789ABCDEF', substr(hex(id), 10, 1)) << 24)
        + (instr('123456789ABCDEF', substr(hex(id), 11, 1)) << 20)
        + (instr('123456789ABCDEF', substr(hex(id), 12, 1)) << 16)
        + (instr('123456789ABCDEF', substr(hex(id), 13, 1)) << 12)
        + (instr('123456789ABCDEF', substr(hex(id), 14, 1)) << 8)
        + (instr('123456789ABCDEF', substr(hex(id), 15, 1)) << 4)
        + (instr('123456789ABCDEF', substr(hex(id), 16, 1)) << 0))
);
insert into ballots (place, round, id, unit, encapsulation, ciphertext)
    select ((instr('123456789ABCDEF', substr(hex(id), 1, 1)) - 8) << 60)
        + (instr('123456789ABCDEF', substr(hex(id), 2, 1)) << 56)
        + (instr('123456789ABCDEF', substr(hex(id), 3, 1)) << 52)
        + (instr('123456789ABCDEF', substr(hex(id), 4, 1)) << 48)
        + (instr('123456789ABCDEF', substr(hex(id), 5, 1)) << 44)
        + (instr('123456789ABCDEF', substr(hex(id), 6, 1)) << 40)
        + (instr('123456789ABCDEF', substr(hex(id), 7, 1)) << 36)
        + (instr('123456789ABCDEF', substr(hex(id), 8, 1)) << 32)
        + (instr('123456789ABCDEF', substr(hex(id), 9, 1)) << 28)
        + (instr('123456789ABCDEF', substr(hex(id), 10, 1)) << 24)
        + (instr('123456789ABCDEF', substr(hex(id), 11, 1)) << 20)
        + (instr('123456789ABCDEF', substr(hex(id), 12, 1)) << 16)
        + (instr('123456789ABCDEF', substr(hex(id), 13, 1)) << 12)
        + (instr('123456789ABCDEF', substr(hex(id), 14, 1)) << 8)
        + (instr('123456789ABCDEF', substr(hex(id), 15, 1)) << 4)
        + (instr('123456789ABCDEF', substr(hex(id), 16, 1)) << 0), round, id, unit, encapsulation, ciphertext from ballots_before;
drop table ballots_before;

-- Heads of units confirm at the desk that they received a list; the section sees who has not.
create table receipts (
    round text not null references rounds (id),  -- round of the list
    unit text not null,                          -- unit whose head received it
    edition integer not null,                    -- which edition of the lists
    account text not null,                       -- account of that head
    day text not null,                           -- day on which it was confirmed
    primary key (round, unit, edition)
);

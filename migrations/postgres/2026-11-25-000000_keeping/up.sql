-- What is kept after an opening and for how long; steps that take two people; what a restore changed.
alter table rounds add column originals_until text;    -- day on which original texts and spent codes are destroyed by the service itself
alter table rounds add column destruction text;        -- record of that destruction: day, by whom, how many of each
alter table rounds add column restored text;           -- what a restore changed: figures before and after, shown on the bulletin

create table approvals (                 -- first of two accounts for a step that takes two; removed when it is done
    round   text not null,               -- round
    step    text not null,               -- destroy, resume or void
    account text not null,               -- who approved: an official, never a respondent
    primary key (round, step, account)
);

-- The planner's statistics copy values of columns into a catalogue, where no destruction would reach them.
alter table comments alter column body set statistics 0;
alter table comments alter column id set statistics 0;
alter table spent_codes alter column hash set statistics 0;

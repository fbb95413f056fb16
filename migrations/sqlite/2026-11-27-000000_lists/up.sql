-- Problem lists as the section works on them: what people changed or added; what comes from the Release is never copied here.
create table problems (                  -- one row of a list that somebody changed or added; never a respondent
    round       text not null,           -- round of the list
    number      text not null,           -- stable number of the row, such as CY-3.4 or CY-3.M1
    group_code  text not null,           -- published group, or ALL for the bureau's roll-up
    question    text,                    -- question it comes from; none if it was added by hand
    category    integer not null,        -- place of its category in the survey
    source      text not null,           -- survey, inspection, review, complaint, supervision, other
    statement   text,                    -- wording of the problem, if it was changed or added
    example     text,                    -- the section's own summary of a case, never an original text
    harm_level  text,                    -- harm, if it was changed or added
    harms       text,                    -- main harms, if they were changed or added
    causes      text,                    -- causes, if they were changed or added
    note        text,                    -- remark of the section
    found       text,                    -- day on which an inspection or another source found it
    evidence    text,                    -- note on what supports it
    state       text not null,           -- listed, aside, merged
    reason      text not null,           -- why it was set aside, or the number it was merged into
    version     integer not null,        -- counts changes, so that two who edit at once are told
    primary key (round, number)
) without rowid;

create table problem_history (           -- every change of such a row, by desk users
    round   text not null,               -- round of the list
    number  text not null,               -- number of the row
    version integer not null,            -- which change
    account text not null,               -- who changed it
    at      bigint not null,             -- Unix seconds of the change
    body    text not null,               -- the row after it, as JSON
    primary key (round, number, version)
) without rowid;

create table list_editions (             -- lists as they were handed to the units
    round    text not null,              -- round of the lists
    edition  integer not null,           -- first, second …
    issued   text not null,              -- day on which two accounts released it
    accounts text not null,              -- these accounts, as JSON
    body     text not null,              -- all lists of the round, as JSON: published figures and wording only
    primary key (round, edition)
) without rowid;

create table screenings (                -- what two desk users decided about a detached text
    round   text not null,               -- round of the text
    comment text not null,               -- the text
    problem text not null,               -- number of the row its summary became a case of; empty if it is not used
    first   text not null,               -- account that proposed it
    second  text not null,               -- another account that confirmed it; empty until then
    primary key (round, comment)
) without rowid;

create table own_surveys (               -- surveys that the section wrote; a round keeps its own copy
    id         text not null,            -- name of the survey
    definition text not null,            -- its text as it was written
    version    integer not null,         -- counts changes, so that two who edit at once are told
    primary key (id)
) without rowid;

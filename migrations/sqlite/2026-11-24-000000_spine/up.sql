-- The main database. A comment on every column says what it is and why it may be kept.

create table settings (                  -- facts about this installation
    key   text primary key not null,     -- name of the fact
    value text not null                  -- its value; never a secret, never about a respondent
) without rowid;

create table surveys (                   -- definitions, frozen by their hash
    hash       text primary key not null,  -- SHA-256 of the definition
    id         text not null,            -- name in commands
    definition text not null             -- the definition as compact JSON
);
create index surveys_id on surveys (id);

create table units (                     -- the current unit table
    code       text primary key not null,  -- short code
    name       text not null,            -- name
    kind       text not null,            -- squad, section, office …
    headcount  integer not null,         -- people in it: a public size
    group_code text not null,            -- reporting group
    group_name text not null,            -- name of the group
    place      integer not null          -- order in the imported table
);

create table rounds (                    -- one row per running of a survey
    id          text primary key not null,  -- random name
    title       text not null,           -- title
    survey      text not null references surveys (hash),  -- frozen definition
    access      text not null,           -- slip or poster
    opens       text not null,           -- first day, Asia/Shanghai
    closes      text not null,           -- last day, counts whole
    state       text not null,           -- draft, open, closed, opened, released, suspended, void
    trial       boolean not null,         -- custody by the server alone
    sealed      boolean not null,         -- the box takes no more ballots
    ended       boolean not null,         -- the last day was seen to be over
    destroyed   boolean not null,         -- box and keys are gone
    looks_back  text,                    -- earlier round to compare with
    public_key  blob,                  -- encapsulation key of the box: public
    wrapped_key text,                    -- private key under two secrets that are not in this database; emptied by the opening
    suite       text,                    -- numbers of the sealing algorithms
    closing     text,                    -- bulletin sums at closing: bureau totals only
    holds       text not null,           -- held questions and whether they were checked
    turnout     text not null,           -- last daily snapshot: bands of large groups only
    code_in_qr  boolean not null          -- whether slips carry the code in the QR image
);

create table round_units (               -- units as frozen for a round
    round      text not null,            -- round
    code       text not null,            -- unit
    name       text not null,            -- name
    kind       text not null,            -- kind
    headcount  integer not null,         -- people in it
    group_code text not null,            -- reporting group
    group_name text not null,            -- name of the group
    place      integer not null,         -- order
    primary key (round, code)
);

create table releases (                  -- frozen publishable results, one per round
    round  text primary key not null,    -- round
    gate   integer not null,             -- version of the gate's rules
    body   text not null                 -- cells the gate let through: no count of a group
);

create table comments (                  -- free texts, detached from all else
    id         text primary key not null,  -- random, so that key order says nothing
    round      text not null,            -- round
    group_code text not null,            -- published group, or ALL where texts are pooled
    question   text not null,            -- question it answers
    body       text not null,            -- the text, until it is destroyed
    state      text not null,            -- pending, screened, set aside
    summary    text not null             -- what the screeners wrote; the only part that leaves
) without rowid;

create table spent_codes (               -- after opening: which codes were used, so that a slip says so
    round text not null,                 -- round
    hash  blob not null,               -- keyed hash; the key is not in this database
    primary key (round, hash)
) without rowid;

create table accounts (                  -- desk users
    name     text primary key not null,  -- sign-in name
    role     text not null,              -- clerk, head, leader, unit_head, auditor, admin
    password text not null,              -- Argon2id hash
    active   boolean not null             -- may sign in
);

create table account_units (             -- units that an account may see
    account text not null,               -- account
    unit    text not null,               -- unit
    primary key (account, unit)
);

create table sessions (                  -- signed-in desk users; never respondents
    hash    text primary key not null,   -- SHA-256 of the cookie
    account text not null,               -- account
    started bigint not null,             -- Unix seconds: absolute limit
    seen    bigint not null              -- Unix seconds: idle limit
);

create table audit (                     -- desk actions, append-only and hash-chained; never respondents
    seq     bigint primary key not null, -- place in the chain
    at      bigint not null,             -- Unix seconds
    account text not null,               -- who
    action  text not null,               -- what
    subject text not null,               -- on what
    hash    text not null                -- SHA-256 over the previous hash and this row
);

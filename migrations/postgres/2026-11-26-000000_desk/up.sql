-- Desk accounts: a second factor with recovery codes, and when a password was last typed.
alter table accounts add column totp text;             -- secret of the second factor, sealed under the server key; none without one
alter table accounts add column totp_step bigint;      -- last time step that was used: a code counts once
alter table sessions add column confirmed bigint;      -- Unix seconds at which the password was last typed

create table recovery_codes (            -- one-time codes of desk accounts for a lost second factor; never respondents
    account text not null,               -- account
    hash    text not null,               -- SHA-256 of the code
    primary key (account, hash)
);

create table api_tokens (                -- tokens by which programs of desk users read what these may read; never respondents
    hash    text not null,               -- SHA-256 of the token
    account text not null,               -- account whose role and units it has
    label   text not null,               -- what it is for, as its owner wrote
    ends    bigint not null,             -- Unix seconds: it is void from then on
    primary key (hash)
);

-- Every version of a survey that the section wrote, so that a change can be looked up and taken back.
create table survey_versions (           -- one version; never a respondent
    id         text not null,            -- name of the survey
    version    integer not null,         -- which version
    definition text not null,            -- its text as it was written
    account    text not null,            -- who wrote it
    at         bigint not null,          -- Unix seconds when it was kept
    primary key (id, version)
);

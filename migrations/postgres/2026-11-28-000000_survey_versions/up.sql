-- Every version of a survey that the section wrote, so that a change can be looked up and taken back.
create table survey_versions (           -- one version; never a respondent
    id         text not null,            -- name of the survey
    version    integer not null,         -- which version
    definition text not null,            -- its text as it was written
    account    text not null,            -- who wrote it
    at         bigint not null,          -- Unix seconds when it was kept
    primary key (id, version)
);
-- What is there now is the first that is kept; who wrote it and when was not.
insert into survey_versions (id, version, definition, account, at) select id, version, definition, '', 0 from own_surveys;

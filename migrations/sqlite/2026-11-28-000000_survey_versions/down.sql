drop table survey_versions;

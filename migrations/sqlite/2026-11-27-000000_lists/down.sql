drop table own_surveys;

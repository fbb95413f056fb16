alter table accounts drop column post;
alter table accounts drop column person;

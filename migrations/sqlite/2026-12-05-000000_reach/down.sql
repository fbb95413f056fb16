alter table rounds drop column postponed;
alter table rounds drop column reach;

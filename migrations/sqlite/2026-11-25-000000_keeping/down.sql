drop table approvals;
alter table rounds drop column restored;
alter table rounds drop column destruction;
alter table rounds drop column originals_until;

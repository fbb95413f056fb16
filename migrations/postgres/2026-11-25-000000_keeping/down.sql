drop table approvals;
alter table rounds drop column restored;
alter table rounds drop column destruction;
alter table rounds drop column originals_until;
alter table comments alter column body set statistics -1;
alter table comments alter column id set statistics -1;
alter table spent_codes alter column hash set statistics -1;

alter table rounds drop column checks;
alter table approvals drop column seen;
alter table accounts drop column temporary;

alter table rounds drop column leftover;
alter table accounts drop column waits;

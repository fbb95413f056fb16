alter table rounds drop column leftover;

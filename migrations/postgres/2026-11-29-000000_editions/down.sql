alter table rounds drop column guard;

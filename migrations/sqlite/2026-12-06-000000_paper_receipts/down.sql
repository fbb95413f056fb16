alter table receipts drop column paper;

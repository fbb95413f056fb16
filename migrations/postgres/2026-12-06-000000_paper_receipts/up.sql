-- A head without an account signs on paper, and the section notes it.
alter table receipts add column paper text;  -- who signed on paper; null where the head confirmed at the desk

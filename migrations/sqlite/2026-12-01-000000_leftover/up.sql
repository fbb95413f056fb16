-- Slips that nobody drew are counted and destroyed before witnesses; the bulletin shows how many.
alter table rounds add column leftover text;   -- by unit: slips that were left over and destroyed

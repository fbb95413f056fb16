-- Slips that nobody drew are counted and destroyed before witnesses; the bulletin shows how many.
alter table rounds add column leftover text;   -- by unit: slips that were left over and destroyed
alter table accounts add column waits bigint;   -- made or reset by another: until then (Unix seconds) it takes no part in what takes two

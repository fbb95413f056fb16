-- Two people decide what everybody without an account may see of a released round; a closing day can be put off, which everybody is told.
alter table rounds add column reach text;       -- what the bulletin shows after the release: sums or results; null where it was released before that was asked, and shows results
alter table rounds add column postponed text;   -- closing days that were put off: from, to, and the day it was decided, as JSON

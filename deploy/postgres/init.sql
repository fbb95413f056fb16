-- Read once, after the database was made. It takes effect at the next start: the primary then tells nobody "done" before a standby's disk has it.
alter system set synchronous_standby_names = '*';

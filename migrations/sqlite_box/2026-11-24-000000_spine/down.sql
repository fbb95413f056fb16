drop table seal;
drop table ballots;
drop table spent_slips;
drop table slips;

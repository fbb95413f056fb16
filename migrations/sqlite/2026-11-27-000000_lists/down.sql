drop table screenings;
drop table list_editions;
drop table problem_history;
drop table problems;

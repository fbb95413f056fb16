-- Roles with least rights for each part of zicha on PostgreSQL. Run it as a superuser in zicha's database, after the database
-- was made and after every upgrade; running it again changes nothing:
--
--     psql -d zicha -f deploy/postgres/roles.sql
--
-- It makes four roles. Give each a password of its own (\password zicha_intake), and each part of zicha its own address:
--
--     zicha_owner    owns the tables: upgrades, backup, restore. No service runs with it.
--     zicha_intake   nodes for phones (ZICHA_PART=intake): spends slips and puts ballots in. Reads no ballot, text, account or list, deletes nothing.
--     zicha_desk     the desk and the command line (ZICHA_PART=desk): everything but ballots. Makes, reads and destroys no box, writes no result.
--     zicha_opening  ZICHA_OPENING_DATABASE of the desk: owns the boxes, opens them, writes what comes out of them once.

do $$
declare part text;
begin
    foreach part in array array['zicha_owner', 'zicha_intake', 'zicha_desk', 'zicha_opening'] loop
        -- Two that run this at once: the second finds the role there.
        begin
            if not exists (select from pg_roles where rolname = part) then
                execute format('create role %I login', part);
            end if;
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to zicha_owner, zicha_intake, zicha_desk, zicha_opening', current_database());
    -- Originals are destroyed by way of a temporary table.
    execute format('grant temporary on database %I to zicha_owner, zicha_opening', current_database());
end $$;
-- The owner brings boxes to shape at upgrades and restores them.
do $$ begin
    if not pg_has_role('zicha_owner', 'zicha_opening', 'member') then
        grant zicha_opening to zicha_owner;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;

revoke all on schema public from public;
grant usage on schema public to zicha_intake, zicha_desk;
-- Making a box is making tables.
grant usage, create on schema public to zicha_owner, zicha_opening;

-- Every table belongs to the owner, a box and what it is a part of to whoever opens it.
do $$
declare t record; parents constant text[] := array['slips', 'spent_slips', 'ballots'];
begin
    for t in
        select c.oid::regclass as name, c.relname = any (parents) or exists (
            select from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid and p.relname = any (parents)) as of_a_box
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') loop
        execute format('alter table %s owner to %I', t.name, case when t.of_a_box then 'zicha_opening' else 'zicha_owner' end);
        execute format('revoke all on %s from zicha_intake, zicha_desk', t.name);
        if not t.of_a_box then
            execute format('revoke all on %s from zicha_opening', t.name);
        end if;
    end loop;
end $$;

-- Which version the database has.
grant select on __diesel_schema_migrations to zicha_intake, zicha_desk, zicha_opening;

-- Intake: what a questionnaire and a bulletin show.
grant select on settings, surveys, rounds, round_units, releases, spent_codes, list_editions to zicha_intake;
grant select (seq, at, hash) on audit to zicha_intake;
-- A round's row is locked while ballots go in, which takes the right to change something of it: the day's turnout bands do no harm.
grant update (turnout) on rounds to zicha_intake;
grant select on slips to zicha_intake;
grant select, insert on spent_slips to zicha_intake;
-- Whether a ballot has arrived, and nothing of what is in it.
grant select (round, id), insert on ballots to zicha_intake;

-- Desk: all it works on.
grant select, insert, update, delete on
    settings, surveys, own_surveys, survey_versions, units, rounds, round_units, approvals,
    accounts, account_units, recovery_codes, api_tokens, sessions,
    problems, problem_history, list_editions, screenings to zicha_desk;
-- Appended to, never changed.
grant select, insert on audit to zicha_desk;
grant select on releases to zicha_desk;
-- Screened, and emptied when their time is over; only an opening adds any.
grant select, update on comments to zicha_desk;
grant select, delete on spent_codes to zicha_desk;
-- Slips are printed and counted.
grant select, insert, delete on slips to zicha_desk;
grant select on spent_slips to zicha_desk;

-- Opening: reads the box it owns, and writes what came out of it.
grant select on settings, surveys, round_units to zicha_opening;
grant select, update on rounds to zicha_opening;
grant select, insert on releases to zicha_opening;
-- Truncated and filled again when originals are destroyed, so that no page keeps what was deleted.
grant select, insert, truncate on comments, spent_codes to zicha_opening;

-- Roles with least rights for each part of zicha on PostgreSQL. Run it as a superuser in zicha's database, after the database
-- was made and after every upgrade. It can be run while nodes work, and again:
--
--     psql -v ON_ERROR_STOP=1 -d zicha -f deploy/postgres/roles.sql
--
-- It makes four roles. Give each a password of its own (\password zicha_intake), and each part of zicha its own address:
--
--     zicha_owner    owns the tables: upgrades, backup, restore. No service runs with it.
--     zicha_intake   nodes for phones (ZICHA_PART=intake): spends slips and puts ballots in. Reads no ballot, text or account, deletes nothing.
--     zicha_desk     the desk and the command line (ZICHA_PART=desk): everything but ballots. Makes, reads and destroys no box, writes no result.
--     zicha_opening  ZICHA_OPENING_DATABASE of the desk: owns the boxes, opens them, writes what comes out of them once.

-- All of it or nothing, and nobody waits long for it.
begin;
set local lock_timeout = '5s';
-- Nothing that somebody may have put into another schema is called here.
set local search_path = pg_catalog;

do $$
declare part text;
begin
    -- Two that run this at once in one database: the second waits for the first.
    perform pg_advisory_xact_lock(7311643);
    foreach part in array array['zicha_owner', 'zicha_intake', 'zicha_desk', 'zicha_opening'] loop
        -- Roles belong to the whole server: one that another database of it makes at this moment is no mistake.
        begin
            if not exists (select from pg_roles where rolname = part) then
                execute format('create role %I login', part);
            end if;
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
    -- The owner brings boxes to shape at upgrades and restores them.
    begin
        if not pg_has_role('zicha_owner', 'zicha_opening', 'member') then
            grant zicha_opening to zicha_owner;
        end if;
    exception when duplicate_object or unique_violation then null;
    end;
    execute format('revoke all on database %I from public', current_database());
    execute format('revoke all on database %I from zicha_intake, zicha_desk, zicha_opening', current_database());
    execute format('grant connect on database %I to zicha_owner, zicha_intake, zicha_desk, zicha_opening', current_database());
    -- Originals are destroyed by way of a temporary table.
    execute format('grant temporary on database %I to zicha_owner, zicha_opening', current_database());
end $$;

revoke all on schema public from public, zicha_intake, zicha_desk, zicha_opening;
grant usage on schema public to zicha_intake, zicha_desk, zicha_opening;
grant usage, create on schema public to zicha_owner with grant option;

-- Every table belongs to the owner, a box and what it is a part of to whoever opens it; by name, since a box that is being
-- destroyed is no part of anything any more. What belongs to the right one is left alone: changing it would lock it.
do $$
declare t record;
begin
    for t in
        select c.oid, c.relname as name, c.relowner as owner,
               case when c.relname ~ '^(slips|spent_slips|ballots)(_[a-z0-9]{8})?$' then 'zicha_opening' else 'zicha_owner' end as wanted
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') loop
        if pg_get_userbyid(t.owner) <> t.wanted then
            execute format('alter table public.%I owner to %I', t.name, t.wanted);
        end if;
        execute format('revoke all on public.%I from zicha_intake, zicha_desk', t.name);
        if t.wanted <> 'zicha_opening' then
            execute format('revoke all on public.%I from zicha_opening', t.name);
        end if;
    end loop;
end $$;

-- Making a box is making tables, which nobody but the owner may do: this is how those who open boxes let him do it.
-- Nobody but the owner may make anything in this schema, so what the function calls is what it says.
alter function public.make_box(text) security definer set search_path = public, pg_temp;
alter function public.make_box(text) owner to zicha_owner;
revoke all on function public.make_box(text) from public;
grant execute on function public.make_box(text) to zicha_opening;

-- Which version the database has.
grant select on public.__diesel_schema_migrations to zicha_intake, zicha_desk;

-- Facts about the installation. The names of people by which the desk marks texts, and the set-up link, are for the desk alone.
alter table public.settings enable row level security;
drop policy if exists desk on public.settings;
create policy desk on public.settings to zicha_desk using (true) with check (true);
drop policy if exists intake on public.settings;
create policy intake on public.settings for select to zicha_intake using (key in ('bureau', 'calendar', 'demo', 'server_key_fingerprint', 'public_url', 'account_changes'));

-- Intake: what a questionnaire and a bulletin show, and the lists that were handed to the units, of which the bulletin reads what was held.
grant select on public.settings, public.surveys, public.rounds, public.round_units, public.releases, public.spent_codes, public.list_editions to zicha_intake;
grant select (seq, at, hash) on public.audit to zicha_intake;
-- A round's row is locked while ballots go in, which takes the right to change something of it: a column that nothing reads.
grant update (guard) on public.rounds to zicha_intake;
grant select on public.slips to zicha_intake;
grant select, insert on public.spent_slips to zicha_intake;
-- Whether a ballot has arrived, and nothing of what is in it.
grant select (round, id), insert on public.ballots to zicha_intake;

-- Desk: all it works on.
grant select, insert, update, delete on
    public.settings, public.surveys, public.own_surveys, public.survey_versions, public.units, public.rounds, public.round_units, public.approvals,
    public.accounts, public.account_units, public.recovery_codes, public.api_tokens, public.sessions,
    public.problems, public.problem_history, public.list_editions, public.receipts, public.screenings to zicha_desk;
-- Appended to, never changed.
grant select, insert on public.audit to zicha_desk;
grant select on public.releases to zicha_desk;
-- Screened, and emptied when their time is over; only an opening adds any.
grant select, update on public.comments to zicha_desk;
grant select, delete on public.spent_codes to zicha_desk;
-- Slips are printed and counted.
grant select, insert, delete on public.slips to zicha_desk;
grant select on public.spent_slips to zicha_desk;

-- Opening: reads the box it owns, and writes what came out of it. What the bulletin says of the box is not its own to write.
grant select (id, state), update (state, originals_until, destroyed, wrapped_key) on public.rounds to zicha_opening;
grant select, insert on public.releases to zicha_opening;
-- Truncated and filled again when originals are destroyed, so that no page keeps what was deleted.
grant select, insert, truncate on public.comments, public.spent_codes to zicha_opening;

commit;

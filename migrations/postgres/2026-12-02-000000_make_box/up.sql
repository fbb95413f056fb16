-- Makes the box of a round: three tables of its own, attached. Attaching, unlike creating a partition in place, does not wait
-- for those who submit to other rounds. Where roles have least rights (deploy/postgres/roles.sql) it runs with the owner's rights,
-- and what it makes belongs to whoever opens boxes.
create or replace function make_box(round text) returns void language plpgsql as $$
declare
    parent text;
    own text;
    place text := (select nspname from pg_namespace n join pg_class c on c.relnamespace = n.oid where c.oid = 'ballots'::regclass);
    keeper text := (select pg_get_userbyid(relowner) from pg_class where oid = 'ballots'::regclass);
    divided boolean := keeper <> current_user;
begin
    if round !~ '^[a-z0-9]{8}$' then
        raise exception 'not a round';
    end if;
    -- Of two who make a box at once, the second waits for the first and finds it made.
    perform pg_advisory_xact_lock(7311644);
    if divided then
        -- To be given a table one must be able to make one: for this transaction alone, which nobody else sees.
        execute format('grant create on schema %I to %I', place, keeper);
    end if;
    foreach parent in array array['slips', 'spent_slips', 'ballots'] loop
        own := parent || '_' || round;
        if to_regclass(format('%I.%I', place, own)) is null then
            execute format('create table %I.%I (like %I.%I including all)', place, own, place, parent);
            execute format('alter table %I.%I alter column %I set statistics 0', place, own, case parent when 'ballots' then 'id' else 'hash' end);
            if divided then
                execute format('alter table %I.%I owner to %I', place, own, keeper);
            end if;
            execute format('alter table %I.%I attach partition %I.%I for values in (%L)', place, parent, place, own, round);
        end if;
    end loop;
    if divided then
        execute format('revoke create on schema %I from %I', place, keeper);
    end if;
end $$;

-- Two roles and one database. Run once by the postgres image of docker-compose.yml, as the superuser.
-- The owner runs the migrations; luotsi_app is the web and the workers, and gets its rights from the migrations.
\set owner_password `cat /run/secrets/postgres_owner_password`
\set app_password `cat /run/secrets/postgres_app_password`
-- A secret that cannot be read stops the making here (a division by zero), not at the first connection.
select 1 / (:'owner_password' <> '' and :'app_password' <> '')::int as secrets_are_readable;
create role luotsi_owner login password :'owner_password';
create role luotsi_app login password :'app_password';
create database luotsi owner luotsi_owner;
revoke all on database luotsi from public;
grant connect on database luotsi to luotsi_app;

drop table api_tokens;
drop table recovery_codes;
alter table sessions drop column confirmed;
alter table accounts drop column totp_step;
alter table accounts drop column totp;

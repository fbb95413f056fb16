drop function make_box(text);

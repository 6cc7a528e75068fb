#include "harness/harness.h"

#include "core/text.h"
#include "wire/csv.h"

#include <unistd.h>

static struct csv_table table(struct arena *arena, const char *text)
{
    struct csv_table out = {0};
    struct err err = {0};

    if (!csv_read("rules.csv", text, strlen(text), arena, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static void assert_refused(const char *text, const char *words)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table out = {0};
    struct err err = {0};

    assert_false(csv_read("rules.csv", text, strlen(text), &arena, &out, &err));
    assert_says(err, ERR_SETUP, words);
    assert_says(err, ERR_SETUP, "rules.csv");
    assert_null(out.rows);
}

static void assert_cells(const struct csv_row *row, const char *joined)
{
    AUTO(buf_done) struct buf buf = {0};

    for (size_t i = 0; i < row->cells_len; i++) {
        buf_text(&buf, i ? "|" : "");
        buf_text(&buf, row->cells[i]);
    }
    assert_string_equal(buf_str(&buf), joined);
}

static void comma_and_semicolon_are_both_read(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table comma = table(&arena, "field,op,value\nweight_g,default,\"3,5;0\"\n");
    struct csv_table semicolon = table(&arena, "\xEF\xBB\xBF"
                                               "field;op;\"v,a,l\"\r\nweight_g;default;3,5\r\n");

    (void)state;
    assert_cells(&comma.header, "field|op|value");
    assert_int_equal(comma.rows_len, 1);
    assert_cells(&comma.rows[0], "weight_g|default|3,5;0");
    assert_cells(&semicolon.header, "field|op|v,a,l");
    assert_cells(&semicolon.rows[0], "weight_g|default|3,5");
    assert_string_equal(comma.path, "rules.csv");
}

static void each_row_knows_its_line(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t = table(&arena, "# about\n\na,b\n1,\"two\nlines\"\n\n# it's \"so\", and so\n"
                                       "2,\"x\r\n# y\r\n\r\nz\"\r\n;,;\n3,4");

    (void)state;
    assert_int_equal(t.header.line, 3);
    assert_int_equal(t.rows_len, 4);
    assert_cells(&t.rows[0], "1|two\nlines");
    assert_int_equal(t.rows[0].line, 4);
    assert_cells(&t.rows[1], "2|x\r\n# y\r\n\r\nz");
    assert_int_equal(t.rows[1].line, 8);
    assert_int_equal(t.rows[2].line, 12);
    assert_cells(&t.rows[3], "3|4");
    assert_int_equal(t.rows[3].line, 13);
}

static void comments_and_blank_rows_are_left_out(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t = table(&arena, "a;b\n  \t \n;;\n\"# quoted; by Excel\";\n # behind blanks\n"
                                       "\" # in quotes\";1\nx;#y\n");

    (void)state;
    assert_int_equal(t.rows_len, 1);
    assert_cells(&t.rows[0], "x|#y");
}

static void cells_are_trimmed_of_all_that_looks_blank(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t =
        table(&arena, "a,b,c,d,e\n x ,\"  y \",\xC2\xA0z\xC2\xA0,,Köln \xE2\x80\x8B\n");

    (void)state;
    assert_cells(&t.rows[0], "x|y|z||Köln");
    assert_string_equal(t.rows[0].cells[3], "");
}

static void doubled_quotes_are_one(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t = table(&arena, "a\n\"say \"\"no\"\"\"\n");

    (void)state;
    assert_cells(&t.rows[0], "say \"no\"");
}

static void rows_may_be_shorter_or_longer_than_the_header(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t = table(&arena, "a,b\n1\n1,2,3\n");

    (void)state;
    assert_int_equal(t.rows[0].cells_len, 1);
    assert_int_equal(t.rows[1].cells_len, 3);
}

static void damage_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused("a,b\n1,2\"3\n", "line 2");
    assert_refused("a,b\n\"1\"2,3\n", "line 2");
    assert_refused("a,b\n1,2\n\n3,\"four\nfive\nsix", "line 4: a quote is opened and never closed");
    assert_refused("a,b\n1,K\xF6ln\n", "line 2: its bytes are not UTF-8");
    assert_refused("", "is empty");
    assert_refused("\xEF\xBB\xBF\n# only a comment\n", "is empty");
}

static void a_large_table_is_read_whole(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf text = {0};
    struct csv_table t;

    (void)state;
    buf_text(&text, "code,text,duty\n");
    for (int i = 0; i < 55000; i++)
        buf_format(&text, "%08d,\"Waren, n.n.b. %d\",2.5\n", i, i);
    t = table(&arena, buf_str(&text));
    assert_int_equal(t.rows_len, 55000);
    assert_cells(&t.rows[54999], "00054999|Waren, n.n.b. 54999|2.5");
    assert_int_equal(t.rows[54999].line, 55001);
}

static void a_file_is_loaded_and_a_missing_one_is_named(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    char path[] = "/tmp/tagwerk-csv-XXXXXX";
    int fd = mkstemp(path);
    struct csv_table t;
    struct err err = {0};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a;b\n1;2\n", 8), 8);
    assert_int_equal(close(fd), 0);
    assert_true(csv_load(path, &arena, &t, &err));
    assert_string_equal(t.path, path);
    assert_cells(&t.rows[0], "1|2");
    assert_int_equal(unlink(path), 0);
    assert_false(csv_load(path, &arena, &t, &err));
    assert_says(err, ERR_SETUP, path);
}

static void a_folder_is_no_table(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t;
    struct err err = {0};

    (void)state;
    assert_false(csv_load("/tmp", &arena, &t, &err));
    assert_says(err, err.kind, "/tmp");
}

static void written(enum csv_dialect dialect, const char *const *cells, size_t len, struct buf *buf)
{
    struct csv_out out = csv_begin(buf, dialect);

    for (size_t i = 0; i < len; i++)
        csv_cell(&out, cells[i]);
    csv_row_end(&out);
}

static void cells_are_quoted_only_where_they_must(void **state)
{
    static const char *const cells[] = {"plain",      NULL,         "",       "a,b", "a;b",
                                        "say \"no\"", "two\nlines", " blank", "Köln"};
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    written(CSV_RFC4180, cells, ARRAY_LEN(cells), &buf);
    assert_string_equal(buf_str(&buf), "plain,,,\"a,b\",\"a;b\",\"say \"\"no\"\"\",\"two\nlines\","
                                       "\" blank\",Köln\r\n");
}

static void excel_gets_bom_semicolon_and_decimal_comma(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    struct csv_out out = csv_begin(&buf, CSV_EXCEL_DE);

    (void)state;
    csv_cell(&out, "0044");
    csv_cell_decimal(&out, 125000, 4, 2);
    csv_cell_decimal(&out, UNSAID, 4, 2);
    csv_row_end(&out);
    csv_cell_int(&out, -3);
    csv_cell_int(&out, UNSAID);
    csv_row_end(&out);
    assert_string_equal(buf_str(&buf), "\xEF\xBB\xBF"
                                       "0044;12,50;\r\n-3;\r\n");
}

static void the_strict_dialect_has_decimal_points_and_no_bom(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    struct csv_out out = csv_begin(&buf, CSV_RFC4180);

    (void)state;
    csv_cell_decimal(&out, -3000, 3, 3);
    csv_cell_int(&out, 0);
    csv_row_end(&out);
    assert_string_equal(buf_str(&buf), "-3.000,0\r\n");
}

/* An old Macintosh's line end does not hide that a quoted cell is still open. */
static void a_cell_goes_on_over_lines_behind_a_lone_carriage_return(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    struct csv_table t = table(&arena, "a,b\rx,\"1\n# no remark\n\n2\"\n");

    (void)state;
    assert_int_equal(t.rows_len, 1);
    assert_cells(&t.rows[0], "x|1\n# no remark\n\n2");
}

static void no_cell_can_be_run_as_a_formula(void **state)
{
    static const char *const cells[] = {"=1+1", "+49 431 1", "-x",     "@SUM(A1)", "\tx",
                                        "\rx",  "=a,b",      "-12.50", "+3",       "-12,5",
                                        "-",    "-1-1",      "-.",     "=\"x\"",   " =1"};
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    written(CSV_RFC4180, cells, ARRAY_LEN(cells), &buf);
    assert_string_equal(buf_str(&buf),
                        "'=1+1,'+49 431 1,'-x,'@SUM(A1),\"'\tx\",\"'\rx\",\"'=a,b\",-12.50,+3,"
                        "\"-12,5\",'-,'-1-1,'-.,\"'=\"\"x\"\"\",\"' =1\"\r\n");
}

static void what_is_written_reads_back(void **state)
{
    static const char *const cells[] = {"a", "b;c,\"d\"\r\ne", "", "Größe"};
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    for (enum csv_dialect dialect = CSV_RFC4180; dialect <= CSV_EXCEL_DE; dialect++) {
        AUTO(buf_done) struct buf buf = {0};
        struct csv_table t;

        written(dialect, cells, ARRAY_LEN(cells), &buf);
        t = table(&arena, buf_str(&buf));
        assert_int_equal(t.header.cells_len, ARRAY_LEN(cells));
        for (size_t i = 0; i < ARRAY_LEN(cells); i++)
            assert_string_equal(t.header.cells[i], cells[i]);
    }
}

static void a_full_buffer_is_told_and_harmless(void **state)
{
    static const char *const cells[] = {"=\"quoted\"", "more"};
    AUTO(buf_done) struct buf buf = {.max = 8};
    struct err err = {0};

    (void)state;
    written(CSV_RFC4180, cells, ARRAY_LEN(cells), &buf);
    assert_false(buf_whole(&buf, "the report", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comma_and_semicolon_are_both_read),
        cmocka_unit_test(each_row_knows_its_line),
        cmocka_unit_test(comments_and_blank_rows_are_left_out),
        cmocka_unit_test(cells_are_trimmed_of_all_that_looks_blank),
        cmocka_unit_test(doubled_quotes_are_one),
        cmocka_unit_test(rows_may_be_shorter_or_longer_than_the_header),
        cmocka_unit_test(damage_is_refused_with_its_line),
        cmocka_unit_test(a_large_table_is_read_whole),
        cmocka_unit_test(a_file_is_loaded_and_a_missing_one_is_named),
        cmocka_unit_test(a_folder_is_no_table),
        cmocka_unit_test(cells_are_quoted_only_where_they_must),
        cmocka_unit_test(excel_gets_bom_semicolon_and_decimal_comma),
        cmocka_unit_test(the_strict_dialect_has_decimal_points_and_no_bom),
        cmocka_unit_test(a_cell_goes_on_over_lines_behind_a_lone_carriage_return),
        cmocka_unit_test(no_cell_can_be_run_as_a_formula),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_full_buffer_is_told_and_harmless),
    };

    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}

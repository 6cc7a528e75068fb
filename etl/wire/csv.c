#include "wire/csv.h"

#include "core/decimal.h"
#include "core/file.h"
#include "core/text.h"

#include <csv.h>

/* --- Reading ------------------------------------------------------------------------------ */

struct reader {
    struct csv_parser parser;
    struct arena *arena;
    struct buf cells; /* of the row at hand: const char * */
    struct buf rows;  /* struct csv_row */
    unsigned line;    /* being read */
    unsigned row_line;
    bool in_row; /* a quoted cell goes on in the next line */
};

static void reader_done(struct reader *reader)
{
    csv_free(&reader->parser);
    buf_done(&reader->cells);
    buf_done(&reader->rows);
}

/* Ends that are plain ASCII need no second look. */
static bool may_need_trim(const char *cell, size_t len)
{
    signed char first = (signed char)cell[0], last = (signed char)cell[len - 1];

    return first <= ' ' || last <= ' ';
}

static void on_cell(void *bytes, size_t len, void *data)
{
    struct reader *reader = data;
    const char *cell = "";

    if (len) {
        cell = arena_slice(reader->arena, bytes, len);
        if (may_need_trim(cell, len))
            cell = text_trim(reader->arena, cell);
    }
    buf_put(&reader->cells, &cell,
            sizeof cell); // NOLINT(bugprone-sizeof-expression): a pointer it is
}

static bool is_left_out(const char *const *cells, size_t len)
{
    if (cells[0][0] == '#')
        return true;
    for (size_t i = 0; i < len; i++)
        if (*cells[i])
            return false;
    return true;
}

static void on_row(int terminator, void *data)
{
    struct reader *reader = data;
    const char *const *cells = (const void *)reader->cells.data;
    struct csv_row row = {.cells_len = reader->cells.len / sizeof *cells, .line = reader->row_line};

    (void)terminator;
    if (row.cells_len && !is_left_out(cells, row.cells_len)) {
        const char **kept = arena_array(reader->arena, row.cells_len, sizeof *kept);

        memcpy(kept, cells, reader->cells.len);
        row.cells = kept;
        buf_put(&reader->rows, &row, sizeof row);
    }
    buf_reset(&reader->cells);
}

/* A line outside of any row that says nothing: blank, or a comment, which may hold quotes as it
 * likes. */
static bool says_nothing(const char *line, size_t len)
{
    size_t at = 0;

    while (at < len &&
           (line[at] == ' ' || line[at] == '\t' || line[at] == '\r' || line[at] == '\n'))
        at++;
    return at == len || line[at] == '#';
}

/* The mark that stands more often in the header, outside of quotes. */
static unsigned char separator_of(const char *line, size_t len)
{
    size_t commas = 0, semicolons = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        quoted ^= line[i] == '"';
        commas += !quoted && line[i] == ',';
        semicolons += !quoted && line[i] == ';';
    }
    return semicolons > commas ? ';' : ',';
}

/* One line, with its end. libcsv keeps what is half read, so a row may take several. */
static bool read_line(struct reader *reader, const char *line, size_t len, struct err *err)
{
    reader->line++;
    if (!utf8_valid(line, len))
        return err_set(err, ERR_SETUP,
                       "line %u: its bytes are not UTF-8; save the file as \"CSV UTF-8\"",
                       reader->line);
    if (!reader->in_row) {
        if (says_nothing(line, len))
            return true;
        if (!reader->row_line)
            csv_set_delim(&reader->parser, separator_of(line, len));
        reader->row_line = reader->line;
    }
    if (csv_parse(&reader->parser, line, len, on_cell, on_row, reader) != len)
        return err_set(err, ERR_SETUP,
                       "line %u: a cell with a quote in it must be quoted, and the quote doubled",
                       reader->line);
    reader->in_row = reader->cells.len || reader->parser.quoted;
    return true;
}

static bool read_lines(struct reader *reader, const char *bytes, size_t len, struct err *err)
{
    while (len) {
        const char *newline = memchr(bytes, '\n', len);
        size_t line = newline ? (size_t)(newline - bytes) + 1 : len;

        if (!read_line(reader, bytes, line, err))
            return false;
        bytes += line;
        len -= line;
    }
    if (csv_fini(&reader->parser, on_cell, on_row, reader) != 0)
        return err_set(err, ERR_SETUP, "line %u: a quote is opened and never closed",
                       reader->row_line);
    return true;
}

static bool hand_over(struct reader *reader, const char *path, struct csv_table *out,
                      struct err *err)
{
    size_t len = reader->rows.len / sizeof(struct csv_row);
    struct csv_row *rows;

    if (reader->rows.over || reader->cells.over)
        return err_set(err, ERR_SETUP, "more rows or cells than fit into %zu bytes", BUF_MAX);
    if (!len)
        return err_set(err, ERR_SETUP, "the file is empty; its first line must name the columns");
    rows = arena_array(reader->arena, len, sizeof *rows);
    memcpy(rows, reader->rows.data, reader->rows.len);
    *out = (struct csv_table){arena_text(reader->arena, path), rows[0], rows + 1, len - 1};
    return true;
}

bool csv_read(const char *path, const char *bytes, size_t len, struct arena *arena,
              struct csv_table *out, struct err *err)
{
    AUTO(reader_done) struct reader reader = {.arena = arena};

    if (csv_init(&reader.parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort(); /* it has no reason to fail */
    csv_set_realloc_func(&reader.parser, heap_resize);
    csv_set_free_func(&reader.parser, heap_free);
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    if (read_lines(&reader, bytes, len, err) && hand_over(&reader, path, out, err))
        return true;
    return err_wrap(err, "%s", path);
}

bool csv_load(const char *path, struct arena *arena, struct csv_table *out, struct err *err)
{
    AUTO(buf_done) struct buf bytes = {0};
    bool missing = false;

    if (!file_read(path, &bytes, &missing, err))
        return false;
    if (missing)
        return err_set(err, ERR_SETUP, "%s: there is no such file", path);
    return csv_read(path, buf_str(&bytes), bytes.len, arena, out, err);
}

/* --- Writing ------------------------------------------------------------------------------ */

struct csv_out csv_begin(struct buf *buf, enum csv_dialect dialect)
{
    if (dialect == CSV_EXCEL_DE)
        buf_text(buf, "\xEF\xBB\xBF");
    return (struct csv_out){.buf = buf, .dialect = dialect};
}

static void separate(struct csv_out *out)
{
    if (out->row_begun)
        buf_char(out->buf, out->dialect == CSV_EXCEL_DE ? ';' : ',');
    out->row_begun = true;
}

/* Digits, a sign before and one mark between them at most: what a spreadsheet can only read as a
 * number. */
static bool is_plain_number(const char *text)
{
    size_t whole, part = 0;

    text += *text == '+' || *text == '-';
    whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.' || *text == ',')
        text += 1 + (part = strspn(text + 1, "0123456789"));
    return !*text && whole + part > 0;
}

/* Some programs cut the blanks in front before they look. */
static bool may_be_formula(const char *text)
{
    const char *first = text + strspn(text, " \t\r\n\v\f");
    bool begins = *first && strchr("=+-@", *first);

    return (begins || *text == '\t' || *text == '\r') && !is_plain_number(first);
}

static bool needs_quotes(const char *text, size_t len)
{
    return strcspn(text, ",;\"\r\n\t") < len || text[0] == ' ' || text[len - 1] == ' ';
}

/* libcsv's csv_write doubles quotes and puts the cell into quotes. The apostrophe goes in behind
 * the first of them, for which everything is written one byte further on. */
static void put_quoted(struct buf *buf, const char *text, size_t len, size_t apostrophe)
{
    size_t size = csv_write(NULL, 0, text, len);
    char *at = buf_room(buf, size + apostrophe);

    if (!at)
        return;
    (void)csv_write(at + apostrophe, size, text, len);
    at[0] = '"';
    if (apostrophe)
        at[1] = '\'';
    buf->len += size + apostrophe;
    buf->data[buf->len] = '\0';
}

void csv_cell(struct csv_out *out, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    bool apostrophe;

    separate(out);
    if (!len)
        return;
    apostrophe = may_be_formula(text);
    if (needs_quotes(text, len)) {
        put_quoted(out->buf, text, len, apostrophe);
        return;
    }
    if (apostrophe)
        buf_char(out->buf, '\'');
    buf_put(out->buf, text, len);
}

void csv_cell_int(struct csv_out *out, int64_t number)
{
    separate(out);
    if (said(number))
        buf_int(out->buf, number);
}

void csv_cell_decimal(struct csv_out *out, int64_t value, unsigned scale, unsigned places)
{
    separate(out);
    if (said(value))
        decimal_put_fixed(out->buf, value, scale, places, out->dialect == CSV_EXCEL_DE ? ',' : '.');
}

void csv_row_end(struct csv_out *out)
{
    buf_text(out->buf, "\r\n");
    out->row_begun = false;
}

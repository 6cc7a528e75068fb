#include "core/file.h"
#include "core/text.h"
#include "plan/mapping.h"
#include "wire/csv.h"

/* One reason code and its texts. */
struct reason {
    const char *code, *de, *en;
};

struct reasons {
    struct reason *list; /* sorted by code */
    size_t len;
};

static int reason_order(const void *a, const void *b)
{
    return strcmp(((const struct reason *)a)->code, ((const struct reason *)b)->code);
}

static bool find_column(const struct csv_table *table, const char *name, size_t *out,
                        struct err *err)
{
    for (size_t i = 0; i < table->header.cells_len; i++) {
        if (!text_same(table->header.cells[i], name))
            continue;
        *out = i;
        return true;
    }
    return err_set(err, ERR_SETUP, "%s:%u: column %s is missing; the first line must be code,de,en",
                   table->path, table->header.line, name);
}

static const char *cell(const struct csv_row *row, size_t column)
{
    return column < row->cells_len ? row->cells[column] : "";
}

bool reasons_load(const char *lookup_dir, struct arena *arena, struct reasons **out,
                  struct err *err)
{
    struct reasons *reasons = arena_alloc(arena, sizeof *reasons);
    struct csv_table table;
    char path[PATH_SIZE];
    size_t code = 0, de = 0, en = 0;

    if (!path_join(path, err, lookup_dir, "reasons.csv", NULL) ||
        !csv_load(path, arena, &table, err) || !find_column(&table, "code", &code, err) ||
        !find_column(&table, "de", &de, err) || !find_column(&table, "en", &en, err))
        return false;
    reasons->list = arena_array(arena, table.rows_len + 1, sizeof *reasons->list);
    for (; reasons->len < table.rows_len; reasons->len++) {
        const struct csv_row *row = &table.rows[reasons->len];

        reasons->list[reasons->len] =
            (struct reason){cell(row, code), cell(row, de), cell(row, en)};
    }
    qsort(reasons->list, reasons->len, sizeof *reasons->list, reason_order);
    for (size_t i = 1; i < reasons->len; i++)
        if (text_same(reasons->list[i].code, reasons->list[i - 1].code))
            return err_set(err, ERR_SETUP, "%s: the code '%.60s' has two rows", path,
                           reasons->list[i].code);
    *out = reasons;
    return true;
}

const char *reason_text(const struct reasons *reasons, const char *code, const char *language)
{
    const struct reason wanted = {.code = code};
    const struct reason *found =
        code ? bsearch(&wanted, reasons->list, reasons->len, sizeof wanted, reason_order) : NULL;
    const char *text = found ? text_same(language, "de") ? found->de : found->en : NULL;

    return text && *text ? text : code;
}

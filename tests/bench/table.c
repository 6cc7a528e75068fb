#include "bench/table.h"

#include "core/buf.h"
#include "core/decimal.h"
#include "core/file.h"
#include "wire/json.h"

#define FIGURES_MAX 64

static struct figure figures[FIGURES_MAX];
static size_t figures_len;

void table_add(const struct figure *figure)
{
    if (figures_len < FIGURES_MAX)
        figures[figures_len++] = *figure;
}

static bool holds(const struct figure *figure, int64_t bound_e3)
{
    return figure->bound == AT_MOST ? figure->measured_e3 <= bound_e3
                                    : figure->measured_e3 >= bound_e3;
}

static const char *sign(const struct figure *figure)
{
    return figure->bound == AT_MOST ? "<=" : ">=";
}

/* Large figures without places, small ones with three. */
static void put_number(struct buf *buf, int64_t value_e3)
{
    decimal_put_fixed(buf, value_e3, 3, value_e3 < 100000 ? 3 : 0, '.');
}

static void print_figure(const struct figure *figure)
{
    AUTO(buf_done) struct buf measured = {0};
    AUTO(buf_done) struct buf goal = {0};

    put_number(&measured, figure->measured_e3);
    buf_format(&goal, "%s ", sign(figure));
    put_number(&goal, figure->goal_e3);
    if (said(figure->aim_e3)) {
        buf_text(&goal, ", aim ");
        put_number(&goal, figure->aim_e3);
    }
    (void)printf("%-62s %10s %-9s %-24s %s\n", figure->what, buf_str(&measured), figure->unit,
                 buf_str(&goal), holds(figure, figure->goal_e3) ? "yes" : "NO");
}

void table_print(void)
{
    (void)printf("\n%-62s %10s %-9s %-24s %s\n", "what", "measured", "", "goal", "met");
    for (size_t i = 0; i < figures_len; i++)
        print_figure(&figures[i]);
}

static void put_figure(struct json_out *out, const struct figure *figure)
{
    json_map(out);
    json_field(out, "name", figure->name);
    json_field(out, "what", figure->what);
    json_field(out, "unit", figure->unit);
    json_key(out, "measured");
    json_decimal(out, figure->measured_e3, 3, 0);
    json_field(out, "bound", sign(figure));
    json_key(out, "goal");
    json_decimal(out, figure->goal_e3, 3, 0);
    if (said(figure->aim_e3)) {
        json_key(out, "aim");
        json_decimal(out, figure->aim_e3, 3, 0);
    }
    json_key(out, "met");
    json_bool(out, holds(figure, figure->goal_e3));
    json_map_end(out);
}

bool table_write(const char *path, struct err *err)
{
    AUTO(buf_done) struct buf text = {0};
    struct json_out out = json_begin(&text);

    json_list(&out);
    for (size_t i = 0; i < figures_len; i++)
        put_figure(&out, &figures[i]);
    json_list_end(&out);
    buf_char(&text, '\n');
    return file_put(path, buf_str(&text), text.len, err);
}

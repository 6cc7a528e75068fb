/* afterbuy_pages.c: how the sold items of a window are paged. GetSoldItems hands them out in order
 * of their ids, each page from the last id of the page before: a long window is a long way in
 * single file. So where many pages are still to come, the window is cut into slices of time, which
 * are paged side by side.
 *
 * Nothing is lost at the seams: the slices cover the window from its first second to its last,
 * neighbours share the second of their seam, and each goes on from the id that the page before had
 * reached. An order that is met in two slices is sent once, like one that is met on two pages. What
 * Afterbuy compares is local time, so no seam lies where that runs back.
 *
 * A cursor is an order's id, "560000123", or a slice and an id, "1717365600-1717408801:560000123".
 */
#include "connector/afterbuy.h"

#define SLICES 4
#define PAGES_MANY 32 /* to come: fewer are not worth a cut, which costs about a page per slice */

struct afterbuy_place afterbuy_place(const struct window *window, const char *cursor)
{
    struct afterbuy_place place = {.window = {UNSAID, UNSAID}, .id = cursor};
    int64_t from_utc, until_utc;
    char *end;

    if (window)
        place.window = *window;
    if (!cursor)
        return place;
    from_utc = strtoll(cursor, &end, 10);
    if (*end != '-')
        return place;
    until_utc = strtoll(end + 1, &end, 10);
    if (*end != ':')
        return place;
    return (struct afterbuy_place){{from_utc, until_utc}, end + 1, true};
}

static void go_on_in(const struct window *slice, const char *id, struct intake *intake)
{
    intake_next(intake, arena_format(intake->arena, "%lld-%lld:%s", (long long)slice->from_utc,
                                     (long long)slice->until_utc, id));
}

/* The page's orders lie between these two times; false when they tell nothing of their pace. */
static bool page_span(const struct intake *page, int64_t *first_utc, int64_t *last_utc)
{
    *first_utc = INT64_MAX;
    *last_utc = UNSAID;
    for (size_t i = 0; i < page->records_len; i++) {
        int64_t at_utc = page->records[i]->at_utc;

        if (said(at_utc) && at_utc < *first_utc)
            *first_utc = at_utc;
        if (at_utc > *last_utc) /* UNSAID is below all times */
            *last_utc = at_utc;
    }
    return *last_utc > *first_utc;
}

static int64_t local_s(struct zone *zone, int64_t utc)
{
    struct civil civil = zone_local(zone, utc);

    return civil_seconds(&civil);
}

/* Cuts what lies behind `reached_utc`; the first slice also holds what lies before. */
static void cut(struct zone *zone, const struct window *window, int64_t reached_utc, const char *id,
                struct intake *intake)
{
    int64_t step_s = (window->until_utc - reached_utc) / SLICES;
    int64_t end_s = local_s(zone, window->until_utc - 1);
    struct window slice = {window->from_utc, window->until_utc};

    for (int64_t i = 1; i < SLICES; i++) {
        int64_t seam_utc = reached_utc + i * step_s;
        int64_t seam_s = local_s(zone, seam_utc);

        if (seam_s <= local_s(zone, slice.from_utc) || seam_s >= end_s)
            continue; /* the clock was set back in between */
        slice.until_utc = seam_utc + 1;
        go_on_in(&slice, id, intake);
        slice.from_utc = seam_utc;
    }
    slice.until_utc = window->until_utc;
    go_on_in(&slice, id, intake);
}

void afterbuy_go_on(const struct account *account, const struct response *response,
                    const char *cursor, struct intake *intake)
{
    struct afterbuy_place place = afterbuy_place(intake->window, cursor);
    const struct window *window = &place.window;
    const char *id = afterbuy_next_page(response, place.id);
    int64_t first_utc, last_utc;

    if (!id)
        return;
    if (said(window->from_utc) && said(window->until_utc) &&
        page_span(intake, &first_utc, &last_utc) &&
        (window->until_utc - last_utc) / (last_utc - first_utc) >= PAGES_MANY)
        cut(account->zone, window, last_utc, id, intake);
    else if (place.sliced)
        go_on_in(window, id, intake);
    else
        intake_next(intake, arena_text(intake->arena, id));
}

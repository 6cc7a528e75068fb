/* Streets and lockers as buyers write them: no character is ever lost. Each line is a field of the
 * address. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "plan/address.h"
#include "wire/unicode.h"

static void check_split(const char *street, struct arena *arena)
{
    const char *name, *number, *joined;
    bool number_first;
    size_t at = 0;

    if (text_is_empty(street) || !address_split(street, arena, &name, &number, &number_first))
        return;
    must(!text_is_empty(name) && !text_is_empty(number));
    must(strpbrk(number, "0123456789") != NULL);
    joined = number_first ? arena_format(arena, "%s %s", number, name)
                          : arena_format(arena, "%s %s", name, number);
    for (; *street; street++) {
        if (*street == ' ' || (*street == ',' && joined[at + strspn(joined + at, " ")] != ','))
            continue;
        at += strspn(joined + at, " ");
        must(joined[at] == *street);
        at++;
    }
    must(!joined[at + strspn(joined + at, " ")]);
}

static bool same_address(const struct address *a, const struct address *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void check_good(const struct address *now)
{
    must(text_same(now->street, "Packstation") || text_same(now->street, "Postfiliale"));
    must(text_is_digits(now->house_number) && strlen(now->house_number) == 3);
    must(strcmp(now->house_number, "101") >= 0);
    must(text_is_digits(now->post_number));
    must(strlen(now->post_number) >= 6 && strlen(now->post_number) <= 10);
}

static void count_digits(const struct address *address, int by, int counts[static 10])
{
    const char *const texts[] = {address->street,  address->house_number, address->extra,
                                 address->company, address->name,         address->post_number};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        for (const char *at = texts[i]; at && *at; at++)
            if (*at >= '0' && *at <= '9')
                counts[*at - '0'] += by;
}

/* Every digit that was there is there still. */
static void check_digits(const struct address *before, const struct address *now)
{
    int counts[10] = {0};

    count_digits(before, 1, counts);
    count_digits(now, -1, counts);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        must(counts[i] == 0);
}

static const char *field_of(struct input *body, struct arena *arena)
{
    struct input line = input_line(body);
    const char *text = arena_slice(arena, line.at, line.len);

    return line.len && utf8_valid(text, strlen(text)) ? unicode_clean(arena, text) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len);
    struct address address = {0}, before;
    const char *why = NULL;

    address.street = field_of(&body, &arena);
    check_split(address.street, &arena);
    address.house_number = field_of(&body, &arena);
    address.extra = field_of(&body, &arena);
    address.company = field_of(&body, &arena);
    address.name = field_of(&body, &arena);
    address.post_number = field_of(&body, &arena);
    before = address;
    switch (address_locker(&address, &arena, &why)) {
    case LOCKER_NONE:
        must(same_address(&address, &before));
        break;
    case LOCKER_BAD:
        must(same_address(&address, &before) && why);
        check_text(why);
        break;
    case LOCKER_GOOD:
        check_good(&address);
        check_digits(&before, &address);
        check_text(address.extra);
        check_text(address.name);
        check_text(address.company);
        break;
    }
    return 0;
}

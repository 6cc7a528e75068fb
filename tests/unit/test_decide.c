#include "harness/harness.h"

#include "core/text.h"
#include "step/decide.h"

/* What is known of the record's effect at the target. */
enum known {
    NEVER,          /* no row */
    PLANNED,        /* intended, then the process ended */
    SENT,           /* left us, no word yet */
    DOUBTFUL,       /* sought in vain */
    REFUSED_THIS,   /* the target would not have exactly this */
    REFUSED_OTHER,  /* ... something else */
    THERE,          /* the target has exactly this */
    OTHER_THERE,    /* ... something else */
    CHANGE_REFUSED, /* ... something else, and would not have this */
    KNOWN_COUNT,
};

static const struct {
    enum effect effect;
    const char *fingerprint, *at_target, *reason;
} pasts[KNOWN_COUNT] = {
    [PLANNED] = {EFFECT_PLANNED, "this", NULL, NULL},
    [SENT] = {EFFECT_SENT, "this", NULL, NULL},
    [DOUBTFUL] = {EFFECT_UNSURE, "this", "other", NULL},
    [REFUSED_THIS] = {EFFECT_REFUSED, "this", NULL, "no-postcode"},
    [REFUSED_OTHER] = {EFFECT_REFUSED, "other", NULL, "no-postcode"},
    [THERE] = {EFFECT_DONE, "this", "this", NULL},
    [OTHER_THERE] = {EFFECT_DONE, "other", "other", NULL},
    [CHANGE_REFUSED] = {EFFECT_REFUSED, "this", "other", "too-late"},
};

static struct ledger_row row_of(enum known known)
{
    return (struct ledger_row){.effect = pasts[known].effect,
                               .fingerprint = pasts[known].fingerprint,
                               .at_target = pasts[known].at_target,
                               .reason = pasts[known].reason};
}

struct circumstances {
    enum outcome outcome;
    enum known known;
    bool no_sink, labelled, written_back, retry, cancelled;
};

static struct decision decide(const struct circumstances *c)
{
    struct order order = {.head = {.kind = KIND_ORDERS, .ref = "1"},
                          .cancelled = c->cancelled ? 1 : UNSAID};
    struct outline line = {.outcome = c->outcome, .code = "a-rule", .record = &order.head};
    struct ledger_row row = row_of(c->known);
    struct facts facts = {.line = &line,
                          .fingerprint = "this",
                          .row = c->known == NEVER ? NULL : &row,
                          .has_sink = !c->no_sink,
                          .labelled = c->labelled,
                          .written_back = c->written_back,
                          .retry_refused = c->retry};

    return decide_record(&facts);
}

static void for_all_circumstances(void (*check)(const struct circumstances *c))
{
    for (unsigned i = 0; i < 3 * KNOWN_COUNT * 32; i++) {
        const struct circumstances c = {
            .outcome = (enum outcome)(i % 3),
            .known = (enum known)(i / 3 % KNOWN_COUNT),
            .no_sink = i / 3 / KNOWN_COUNT & 1,
            .labelled = i / 3 / KNOWN_COUNT & 2,
            .written_back = i / 3 / KNOWN_COUNT & 4,
            .retry = i / 3 / KNOWN_COUNT & 8,
            .cancelled = i / 3 / KNOWN_COUNT & 16,
        };

        check(&c);
    }
}

static void assert_sent(const struct circumstances *c, const char *reason)
{
    struct decision decision = decide(c);

    assert_true(decision.send);
    assert_string_equal(decision.reason, reason);
    assert_true(decision.wanted);
    assert_false(decision.withdraw);
    assert_false(decision.at_target_now);
}

static void assert_kept(const struct circumstances *c, enum state state, const char *reason)
{
    struct decision decision = decide(c);

    assert_false(decision.send);
    assert_int_equal(decision.state, state);
    assert_string_equal(decision.reason, reason);
}

static void what_the_target_never_had_is_sent(void **state)
{
    static const enum known cases[] = {NEVER, PLANNED, REFUSED_OTHER};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_sent(&(struct circumstances){.known = cases[i]}, "new");
}

/* REQ-Z4 */
static void what_the_target_has_is_not_sent_again(void **state)
{
    const struct circumstances c = {.known = THERE}, labelled = {.known = THERE, .labelled = true};

    (void)state;
    assert_kept(&c, STATE_SAME, "unchanged");
    assert_true(decide(&c).wanted);
    assert_kept(&labelled, STATE_SAME, "unchanged");
}

/* REQ-B7 */
static void a_change_is_sent_while_there_is_no_label(void **state)
{
    const struct circumstances late = {.known = OTHER_THERE, .labelled = true};

    (void)state;
    assert_sent(&(struct circumstances){.known = OTHER_THERE}, "changed");
    assert_kept(&late, STATE_REFUSED, "too-late-label");
    assert_true(decide(&late).wanted);
    assert_false(decide(&late).at_target_now);
}

static void what_was_refused_is_not_sent_again_as_it_is(void **state)
{
    const struct circumstances refused = {.known = REFUSED_THIS};
    const struct circumstances change = {.known = CHANGE_REFUSED};

    (void)state;
    assert_kept(&refused, STATE_REFUSED, "no-postcode");
    assert_true(decide(&refused).wanted);
    assert_kept(&change, STATE_REFUSED, "too-late");
    assert_sent(&(struct circumstances){.known = REFUSED_THIS, .retry = true}, "new");
    assert_sent(&(struct circumstances){.known = CHANGE_REFUSED, .retry = true}, "changed");
    assert_kept(&(struct circumstances){.known = CHANGE_REFUSED, .retry = true, .labelled = true},
                STATE_REFUSED, "too-late-label");
}

/* REQ-Z4: whatever else is known. */
static void assert_never_sent_in_doubt(const struct circumstances *c)
{
    if (c->known != SENT && c->known != DOUBTFUL)
        return;
    assert_kept(c, STATE_UNSURE, "in-doubt");
    assert_true(decide(c).wanted);
    assert_false(decide(c).withdraw);
}

static void what_is_in_doubt_is_never_sent(void **state)
{
    (void)state;
    for_all_circumstances(assert_never_sent_in_doubt);
}

/* REQ-A2 */
static void what_a_rule_keeps_out_is_not_sent(void **state)
{
    static const enum known cases[] = {NEVER, PLANNED, REFUSED_THIS, REFUSED_OTHER};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct circumstances c = {.outcome = OUTCOME_SKIP, .known = cases[i]};
        const struct circumstances cancelled = {
            .outcome = OUTCOME_SKIP, .known = cases[i], .cancelled = true};

        assert_kept(&c, STATE_SKIPPED, "a-rule");
        assert_false(decide(&c).wanted);
        assert_kept(&cancelled, STATE_SKIPPED, "a-rule");
        assert_false(decide(&cancelled).withdraw); /* there is nothing to take back */
    }
}

static void what_is_at_the_target_stays_there_when_a_rule_now_keeps_it_out(void **state)
{
    static const enum known cases[] = {THERE, OTHER_THERE, CHANGE_REFUSED};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct circumstances c = {.outcome = OUTCOME_SKIP, .known = cases[i]};
        const struct circumstances closed = {
            .outcome = OUTCOME_SKIP, .known = cases[i], .written_back = true};

        assert_kept(&c, STATE_SAME, "kept");
        assert_false(decide(&c).withdraw);
        assert_kept(&closed, STATE_SAME, "closed");
    }
}

/* REQ-C2 */
static void what_the_source_cancelled_is_taken_back(void **state)
{
    const struct circumstances c = {.outcome = OUTCOME_SKIP, .known = THERE, .cancelled = true};
    const struct ledger_row row = row_of(THERE);
    struct article article = {.head = {.kind = KIND_ARTICLES, .ref = "1"}};
    struct outline line = {.outcome = OUTCOME_SKIP, .code = "a-rule", .record = &article.head};
    const struct facts facts = {.line = &line, .fingerprint = "this", .row = &row};

    (void)state;
    assert_kept(&c, STATE_SAME, "a-rule");
    assert_true(decide(&c).withdraw);
    assert_false(decide(&c).wanted);
    assert_false(decide_record(&facts).withdraw); /* only orders can be cancelled */
    assert_string_equal(decide_record(&facts).reason, "a-rule");
}

static void what_the_mapping_refuses_is_refused_with_its_code(void **state)
{
    static const enum known cases[] = {NEVER, PLANNED, REFUSED_THIS, THERE, OTHER_THERE};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct circumstances c = {.outcome = OUTCOME_REFUSE, .known = cases[i]};

        assert_kept(&c, STATE_REFUSED, "a-rule");
        assert_false(decide(&c).wanted);
    }
}

/* REQ-A2: a label that exists already means that it came there through another door. */
static void what_has_a_label_already_is_taken_as_ours(void **state)
{
    static const enum known cases[] = {NEVER, PLANNED, REFUSED_OTHER};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct circumstances c = {.known = cases[i], .labelled = true};

        assert_kept(&c, STATE_SAME, "already-there");
        assert_true(decide(&c).at_target_now);
        assert_true(decide(&c).wanted);
    }
}

static void a_catalogue_is_read_and_sent_nowhere(void **state)
{
    for (size_t known = NEVER; known < KNOWN_COUNT; known++) {
        const struct circumstances c = {.known = (enum known)known, .no_sink = true};

        if (known != SENT && known != DOUBTFUL)
            assert_kept(&c, STATE_SKIPPED, "catalogue");
    }
    (void)state;
}

/* REQ-Z3: no combination falls through, and none asks for two things at once. */
static void assert_one_word(const struct circumstances *c)
{
    struct decision decision = decide(c);

    assert_non_null(decision.reason);
    assert_true(decision.send + decision.withdraw + decision.at_target_now <= 1);
    assert_true(decision.send || decision.state == STATE_SAME || decision.state == STATE_SKIPPED ||
                decision.state == STATE_REFUSED || decision.state == STATE_UNSURE);
    assert_true(!decision.send || c->outcome == OUTCOME_SEND);
}

static void every_record_gets_one_word_and_a_reason(void **state)
{
    (void)state;
    for_all_circumstances(assert_one_word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_target_never_had_is_sent),
        cmocka_unit_test(what_the_target_has_is_not_sent_again),
        cmocka_unit_test(a_change_is_sent_while_there_is_no_label),
        cmocka_unit_test(what_was_refused_is_not_sent_again_as_it_is),
        cmocka_unit_test(what_is_in_doubt_is_never_sent),
        cmocka_unit_test(what_a_rule_keeps_out_is_not_sent),
        cmocka_unit_test(what_is_at_the_target_stays_there_when_a_rule_now_keeps_it_out),
        cmocka_unit_test(what_the_source_cancelled_is_taken_back),
        cmocka_unit_test(what_the_mapping_refuses_is_refused_with_its_code),
        cmocka_unit_test(what_has_a_label_already_is_taken_as_ours),
        cmocka_unit_test(a_catalogue_is_read_and_sent_nowhere),
        cmocka_unit_test(every_record_gets_one_word_and_a_reason),
    };

    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}

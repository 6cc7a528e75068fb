#include "harness/harness.h"

#include "wire/url.h"

static void what_is_not_unreserved_is_percent_encoded(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    url_put(&buf, "a-Z_0.9~ /?&=+%ü");
    url_put(&buf, NULL);
    assert_string_equal(buf_str(&buf), "a-Z_0.9~%20%2F%3F%26%3D%2B%25%C3%BC");
}

static void parameters_are_found_and_decoded(void **state)
{
    static const char url[] = "https://x.example/a?cursor=a%2Fb%3D&empty=&q=K%C3%B6ln+Deutz&"
                              "bad=%zz%4&latin=%FC&xcursor=no#cursor2=frag";
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(url_parameter(url, "cursor", &arena), "a/b=");
    assert_string_equal(url_parameter(url, "empty", &arena), "");
    assert_string_equal(url_parameter(url, "q", &arena), "Köln Deutz");
    assert_string_equal(url_parameter(url, "bad", &arena), "%zz%4");
    assert_null(url_parameter(url, "latin", &arena));
    assert_null(url_parameter(url, "curso", &arena));
    assert_null(url_parameter(url, "cursor2", &arena));
    assert_null(url_parameter("https://x.example/a", "cursor", &arena));
    assert_null(url_parameter("https://x.example/a#?cursor=1", "cursor", &arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_unreserved_is_percent_encoded),
        cmocka_unit_test(parameters_are_found_and_decoded),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}

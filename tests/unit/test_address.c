/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/address.h"

static void test_address_parse_numeric_canonical(void **state)
{
    static const char *const rows[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"0.0.0.0", "0.0.0.0"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"::", "::"},
        {"::1", "::1"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"::FFFF:c000:0207", "192.0.2.7"},
        {"::ffff:192.0.2.7%eth0", "192.0.2.7"},
        {"fe80::1%eth0", "fe80::1"},
        {"fe80::1%25", "fe80::1"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char address[CS_ADDRESS_MAX] = "unset";

        if (!cs_address_parse(rows[i][0], address))
            fail_msg("%s: refused", rows[i][0]);
        assert_string_equal(address, rows[i][1]);
    }
}

static void test_address_parse_anything_else_refused(void **state)
{
    static const char *const rows[] = {
        NULL,
        "",
        "UNKNOWN",
        "localhost",
        "host.example",
        "192.0.2",
        "192.0.2.7 ",
        " 192.0.2.7",
        "192.0.2.256",
        "192.0.2.7%eth0",
        "0x7f.0.0.1",
        "017.0.0.1",
        "127.1",
        "2130706433",
        "192.0.2.7/24",
        "[::1]",
        "::1::2",
        "12345::",
        "::ffff:1.2.3",
        "%eth0",
        "192.0.2.7:22",
        "fe80::1%"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char address[CS_ADDRESS_MAX] = "unset";

        if (cs_address_parse(rows[i], address))
            fail_msg("%s: accepted as %s", rows[i], address);
        assert_string_equal(address, "");
    }
}

static void test_address_client_is_a_host_or_its_64(void **state)
{
    static const char *const rows[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2::9", "2001:db8:1:2::/64"},
        {"2001:db8:1:3::9", "2001:db8:1:3::/64"},
        {"::1", "::/64"},
        {"local", "local"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char client[CS_ADDRESS_MAX];

        cs_address_client(rows[i][0], client);
        assert_string_equal(client, rows[i][1]);
    }
}

static void test_loopback_is_this_machine_alone(void **state)
{
    static const struct {
        const char *host;
        bool loopback;
    } rows[] = {
        {"localhost", true},
        {"::1", true},
        {"[::1]", true},
        {"127.0.0.1", true},
        {"127.255.255.254", true},
        {"127.example.com", false},
        {"127.0.0.1.nip.io", false},
        {"127.1", false},
        {"127.0.0.256", false},
        {"128.0.0.1", false},
        {"localhost.example.com", false},
        {"LOCALHOST", false},
        {"::2", false},
        {"0.0.0.0", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (cs_is_loopback(rows[i].host) != rows[i].loopback)
            fail_msg("%s", rows[i].host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_parse_numeric_canonical),
        cmocka_unit_test(test_address_parse_anything_else_refused),
        cmocka_unit_test(test_address_client_is_a_host_or_its_64),
        cmocka_unit_test(test_loopback_is_this_machine_alone),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}

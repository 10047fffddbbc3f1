/* SPDX-License-Identifier: Apache-2.0 */
/* Under which name tries are counted. */
#include "tests/unit/unit.h"

#include "base/attributes.h"
#include "login/client.h"

#define SAYS(text) ((char[]){text})

static void assert_client(struct cs_request request, uid_t peer, const char *address,
                          const char *client)
{
    char found[CS_CLIENT_SIZE], counted[CS_CLIENT_SIZE];

    cs_client_find(&request, peer, found, counted);
    assert_string_equal(found, address);
    assert_string_equal(counted, client);
}

static void test_addresses(void **state)
{
    (void)state;
    assert_client((struct cs_request){.rhost = SAYS("192.0.2.1")}, 0, "192.0.2.1", "192.0.2.1");
    assert_client((struct cs_request){.rhost = SAYS("::ffff:192.0.2.1")}, 0, "192.0.2.1",
                  "192.0.2.1");
    assert_client((struct cs_request){.rhost = SAYS("gateway.example.com"),
                                      .ssh_connection = SAYS("2001:db8::7 1 2001:db8::1 22")},
                  0, "2001:db8::7", "2001:db8::/64");
}

static void test_who_asks_here(void **state)
{
    (void)state;
    assert_client((struct cs_request){.ruser = SAYS("bob"), .tty = SAYS("pts/1")}, 0, "",
                  "local bob");
    assert_client((struct cs_request){.tty = SAYS("tty1"), .rhost = SAYS("")}, 0, "", "local tty1");
    assert_client((struct cs_request){0}, 0, "", "local ");
    assert_client((struct cs_request){.tty = SAYS("pts/1")}, 1000, "", "uid 1000");
}

/* They were all one client: "local", with the name of a terminal. */
static void test_names_of_hosts_have_counters_of_their_own(void **state)
{
    char name[32], address[CS_CLIENT_SIZE], client[CS_CLIENT_SIZE], other[CS_CLIENT_SIZE];
    bool seen[1024] = {false};
    unsigned used = 0;

    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        const struct cs_request request = {.rhost = name, .tty = SAYS("ssh")};
        unsigned number = 0;

        (void)snprintf(name, sizeof name, "host%u.example.com", i);
        cs_client_find(&request, 0, address, client);
        assert_string_equal(address, "");
        assert_int_equal(sscanf(client, "name %u", &number), 1);
        assert_true(number < CS_ARRAY_SIZE(seen));
        used += !seen[number];
        seen[number] = true;
    }
    assert_true(used > CS_ARRAY_SIZE(seen) / 2);
    cs_client_find(&(struct cs_request){.rhost = SAYS("Host.Example.com")}, 0, address, client);
    cs_client_find(&(struct cs_request){.rhost = SAYS("host.example.COM")}, 0, address, other);
    assert_string_equal(client, other);
}

static void test_strangers_are_bounded_and_are_no_accounts(void **state)
{
    char user[32], stranger[CS_STRANGER_SIZE];
    unsigned number = 0;

    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        (void)snprintf(user, sizeof user, "user%u", i);
        cs_client_stranger(user, stranger);
        assert_int_equal(sscanf(stranger, " %u", &number), 1);
        assert_int_equal(stranger[0], ' ');
        assert_true(number < 4096);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_who_asks_here),
        cmocka_unit_test(test_names_of_hosts_have_counters_of_their_own),
        cmocka_unit_test(test_strangers_are_bounded_and_are_no_accounts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

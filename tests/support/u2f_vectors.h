/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of FIDO U2F Raw Message Formats v1.2, section 8: bytes as published, in hex. */
#ifndef CS_TESTS_SUPPORT_U2F_VECTORS_H
#define CS_TESTS_SUPPORT_U2F_VECTORS_H

#include <stddef.h>

#define U2F_EXAMPLE_HANDLE                                                                         \
    "2a552dfdb7477ed65fd84133f86196010b2215b57da75d315b7b9e8fe2e3925a"                             \
    "6019551bab61d16591659cbaf00b4950f7abfe6660e2e006f76868b772d70c25"
#define U2F_EXAMPLE_CERTIFICATE                                                                    \
    "3082013c3081e4a003020102020a47901280001155957352300a06082a8648ce3d04030230173115301306035504" \
    "03"                                                                                           \
    "130c476e756262792050696c6f74301e170d3132303831343138323933325a170d3133303831343138323933325a" \
    "30"                                                                                           \
    "31312f302d0603550403132650696c6f74476e756262792d302e342e312d34373930313238303030313135353935" \
    "37"                                                                                           \
    "3335323059301306072a8648ce3d020106082a8648ce3d030107034200048d617e65c9508e64bcc5673ac82a6799" \
    "da"                                                                                           \
    "3c1446682c258c463fffdf58dfd2fa3e6c378b53d795c4a4dffb4199edd7862f23abaf0203b4b8911ba0569994e1" \
    "01"                                                                                           \
    "300a06082a8648ce3d0403020347003044022060cdb6061e9c22262d1aac1d96d8c70829b2366531dda268832cb8" \
    "36"                                                                                           \
    "bcd30dfa0220631b1459f09e6330055722c8d89b7f48883b9089b88d60d1d9795902b30410df"

/* 8.1, registration; the application is http://example.com. */
#define U2F_EXAMPLE_APP_HASH "f0e6a6a97042a4f1f1c87f5f7d44315b2d852c2df5c7991cc66241bf7072d1c4"
#define U2F_EXAMPLE_CLIENT_HASH "4142d21c00d94ffb9d504ada8f99b721f4b191ae4e37ca0140f696b6983cfacb"
#define U2F_EXAMPLE_PUBLIC_KEY                                                                     \
    "04b174bc49c7ca254b70d2e5c207cee9cf174820ebd77ea3c65508c26da51b657c"                           \
    "1cc6b952f8621697936482da0a6d3d3826a59095daf6cd7c03e2e60385d2f6d9"
#define U2F_EXAMPLE_ATTESTATION                                                                    \
    "304502201471899bcc3987e62e8202c9b39c33c19033f7340352dba80fcab017db9230e4"                     \
    "02210082677d673d891933ade6f617e5dbde2e247e70423fd5ad7804a6d3d3961ef871"
#define U2F_EXAMPLE_REGISTRATION                                                                   \
    "05" U2F_EXAMPLE_PUBLIC_KEY                                                                    \
    "40" U2F_EXAMPLE_HANDLE U2F_EXAMPLE_CERTIFICATE U2F_EXAMPLE_ATTESTATION

/* 8.2, authentication; the application is https://gstatic.com/securitykey/a/example.com. */
#define U2F_EXAMPLE_SIGN_APP_HASH "4b0be934baebb5d12d26011b69227fa5e86df94e7d94aa2949a89f2d493992ca"
#define U2F_EXAMPLE_SIGN_CLIENT_HASH                                                               \
    "ccd6ee2e47baef244d49a222db496bad0ef5b6f93aa7cc4d30c4821b3b9dbc57"
#define U2F_EXAMPLE_SIGN_PUBLIC_KEY                                                                \
    "04d368f1b665bade3c33a20f1e429c7750d5033660c019119d29aa4ba7abc04aa7"                           \
    "c80a46bbe11ca8cb5674d74f31f8a903f6bad105fb6ab74aefef4db8b0025e1d"
#define U2F_EXAMPLE_ASSERTION                                                                      \
    "0100000001"                                                                                   \
    "304402204b5f0cd17534cedd8c34ee09570ef542a353df4436030ce43d406de870b84778"                     \
    "0220267bb998fac9b7266eb60e7cb0b5eabdfd5ba9614f53c7b22272ec10047a923f"

/* Lower-case hex into bytes; returns how many. The caller must provide enough room. */
static inline size_t u2f_unhex(const char *hex, unsigned char *ret_bytes)
{
    size_t length = 0;

    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        unsigned high = (unsigned)(hex[0] <= '9' ? hex[0] - '0' : hex[0] - 'a' + 10);
        unsigned low = (unsigned)(hex[1] <= '9' ? hex[1] - '0' : hex[1] - 'a' + 10);

        ret_bytes[length++] = (unsigned char)(high << 4 | low);
    }
    return length;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Who may change what decides about logins. */
#include <sys/stat.h>

#include "doctor/pam_look.h"
#include "doctor/root.h"

/* In an image root's files may belong to whoever unpacked it: to the owner of the folder. */
static void look_at(struct cs_pam_look *look, const char *path, const struct stat *root)
{
    const struct cs_place place = {path, 0};
    struct stat status;

    if (cs_root_stat(look->doctor->root, path, &status) != 0)
        return;
    if (status.st_uid != root->st_uid)
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-owner", place,
                        "chown root:root it, and look at what it says",
                        "the user %u owns it, and can switch the second factor off",
                        (unsigned)status.st_uid);
    if ((status.st_mode & S_IWOTH) != 0 ||
        ((status.st_mode & S_IWGRP) != 0 && status.st_gid != root->st_gid))
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-mode", place,
                        "chmod go-w it, and look at what it says",
                        "others than root may write to it (mode %04o), and can switch the second "
                        "factor off",
                        (unsigned)status.st_mode & 07777u);
}

void cs_pam_look_modes(struct cs_pam_look *look)
{
    struct stat root;

    if (!cs_pam_names_us(look) || cs_root_stat(look->doctor->root, "/", &root) != 0)
        return;
    look_at(look, "/etc/pam.d", &root);
    for (size_t i = 0; i < look->service.files.count; i++)
        look_at(look, look->service.files.items[i], &root);
}

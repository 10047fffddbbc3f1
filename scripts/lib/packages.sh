# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The packages of Debian 12 and 13 that building, showing, testing and measuring need. README.md says why those for
# building are needed, tests/README.md why the others are. For sourcing:
#
#   . scripts/lib/packages.sh
#   install_packages build test
#
# shellcheck disable=SC2034 # the lists are used indirectly
true

packages_build=(
    cmake ninja-build gcc libc6-dev pkg-config gettext
    libpam0g-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev libcjson-dev libqrencode-dev
    libpcre2-dev libcrypt-dev libfido2-dev libseccomp-dev libexpat1-dev
)
packages_demo=(
    openssh-server openssh-client oathtool python3 python3-pexpect iproute2 util-linux systemd passwd
)
packages_test=(
    "${packages_demo[@]}" clang libclang-rt-dev libcmocka-dev python3-cryptography python3-paramiko strace tmux
    procps putty-tools dropbear-bin python3-asyncssh openssl ca-certificates curl sqlite3 git nghttp2-server mandoc
    libfribidi-dev libu2f-server-dev libu2f-host-dev libhidapi-dev libudev-dev
    libcbor-dev fido2-tools pamu2fcfg
    slapd ldap-utils nslcd libnss-ldapd sssd-ldap libnss-sss nscd libnss-extrausers fail2ban
    prometheus python3-prometheus-client python3-jsonschema socat chromium zbar-tools
    libpam-google-authenticator libpam-oath pskctool python3-pskc exim4-daemon-light
)
# Programs and clients that tests/applications/ drives.
packages_applications=(
    "${packages_test[@]}" sudo opendoas screen vlock sasl2-bin dovecot-core dovecot-imapd vsftpd
    apache2 libapache2-mod-authnz-pam openvpn freeradius freeradius-utils
    sshpass lftp rsync sshfs mosh libnet-ssh2-perl php-cli php-phpseclib3 python3-twisted fuse3
)
# Further SSH clients, and programs that bring much with them: they are tested by hand (tests/README.md).
packages_applications_more=(
    "${packages_test[@]}" sshpass libssh-dev libssh2-1-dev golang-go golang-golang-x-crypto-dev ruby-net-ssh
    erlang-ssh libjsch-java ecj default-jre-headless nodejs rclone ansible-core
    pkexec polkitd dbus cups-daemon cockpit-ws cockpit-bridge
)
# OpenID servers that were not written for the tests; where they are missing, the tests that need them are skipped.
packages_openid=(
    nodejs npm glewlwyd sudo
)
packages_tree=(
    debootstrap git python3
)
packages_bench=(
    libpam-google-authenticator libpam-oath valgrind
)

# Prints the packages of the given sets that neither are installed nor come with one that is (NodeSource's nodejs is
# also npm), one per line.
missing_packages()
{
    local name list package provided

    provided=$(dpkg-query -W -f '${db:Status-Status}, ${Provides},\n' | sed -n 's/^installed, //p' | tr '\n' ' ')
    for name in "$@"; do
        list="packages_${name}[@]"
        for package in "${!list}"; do
            if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed &&
                " ${provided//,/ } " != *" $package "* ]]; then
                echo "$package"
            fi
        done
    done | sort -u
}

# Debian asks policy-rc.d before a package starts its service: a demo or test that needs the sshd program must
# not start the machine's own sshd. Nor may the machine ask a directory for its accounts from then on: modules of
# the name services enter themselves in nsswitch.conf.
install_without_starting()
{
    local policy=/usr/sbin/policy-rc.d names=/etc/nsswitch.conf status=0 own='' kept

    if [[ ! -e $policy ]]; then
        own=1
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 0755 "$policy"
    fi
    kept=$(mktemp)
    cp -p "$names" "$kept"
    DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@" || status=$?
    cp -p "$kept" "$names"
    rm -f "$kept"
    if [[ -n $own ]]; then
        rm -f "$policy"
    fi
    return "$status"
}

# Names each of the packages given that the release does not have, and the list it stands in.
known_packages()
{
    local package name list status=0

    for package in "$@"; do
        if [[ -n $(apt-cache madison "$package") ]]; then
            continue
        fi
        for name in build demo test openid applications applications_more bench tree; do
            list="packages_${name}[@]"
            if [[ " ${!list} " == *" $package "* ]]; then
                break
            fi
        done
        echo "$(. /etc/os-release && echo "$PRETTY_NAME") has no package $package (packages_$name in" \
            "scripts/lib/packages.sh)" >&2
        status=1
    done
    return "$status"
}

# install_packages SET...: installs missing packages; does nothing if none is missing.
install_packages()
{
    local missing

    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        return 0
    fi
    if ((EUID != 0)); then
        echo "These packages are missing, and installing them needs root:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    echo "Installing ${missing[*]}"
    apt-get -q update && known_packages "${missing[@]}" && install_without_starting "${missing[@]}"
}

# install_npm FROM FOLDER: what FROM/package-lock.json names, at those versions, without its build scripts.
install_npm()
{
    local from=$1 folder=$2

    if [[ -z $(command -v npm) ]]; then
        echo "npm is not installed, so nothing of $from/package.json is" >&2
        return 1
    fi
    if cmp -s "$from/package-lock.json" "$folder/package-lock.json" && [[ -d $folder/node_modules ]]; then
        return 0
    fi
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    cp "$from"/package*.json "$folder.new"
    (cd "$folder.new" && npm ci --omit=optional --ignore-scripts --no-audit --no-fund --fetch-retries=0) || return 1
    rm -rf "$folder"
    mv "$folder.new" "$folder"
}

# Clients that Debian does not package.
install_npm_clients()
{
    install_npm tests/support/clients/npm build/npm
}

# The OpenID server that Debian does not package.
install_npm_openid()
{
    install_npm tests/support/openid build/openid
}

# Libraries for one-time passwords whose exports are imported.
install_npm_otp()
{
    install_npm tests/support/otp build/otp
}

/**
 * MIB modules of our own, with each construct of SMIv2 and SMIv1 in them.
 *
 * @module
 */

/** SMIv2 (RFC 2578 to 2580). */
export const ACME_MIB = `ACME-MIB DEFINITIONS ::= BEGIN
-- A comment to the end of the line
IMPORTS -- one -- MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE,
    OBJECT-IDENTITY, Integer32, Unsigned32, Counter64, IpAddress,
    enterprises                                 FROM SNMPv2-SMI
    MODULE-COMPLIANCE, OBJECT-GROUP,
    NOTIFICATION-GROUP, AGENT-CAPABILITIES      FROM SNMPv2-CONF
    TEXTUAL-CONVENTION, DisplayString, MacAddress,
    RowStatus                                   FROM SNMPv2-TC
    InetAddressType, InetAddress                FROM INET-ADDRESS-MIB
    ifIndex                                     FROM IF-MIB;

acme MODULE-IDENTITY
    LAST-UPDATED "202611230000Z"
    ORGANIZATION "Acme"
    CONTACT-INFO "acme@example.com"
    DESCRIPTION  "All of Acme, ""quoted"".
                  -- not a comment"
    REVISION     "202611230000Z"
    DESCRIPTION  "The first one."
    ::= { enterprises 99999 }

AcmeTemperature ::= TEXTUAL-CONVENTION
    DISPLAY-HINT "d-1"
    STATUS       current
    DESCRIPTION  "Tenths of a degree."
    SYNTAX       Integer32 (-400..1250)

AcmeColours ::= TEXTUAL-CONVENTION
    STATUS current
    DESCRIPTION "What it shines in."
    SYNTAX BITS { red(0), green(1), blue(10) }

AcmeState ::= TEXTUAL-CONVENTION
    STATUS deprecated
    DESCRIPTION "How it is."
    REFERENCE "nowhere"
    SYNTAX INTEGER { off(0), on(1), on-fire(-1), }

acmeObjects OBJECT IDENTIFIER ::= { acme 1 }
acmeProduct OBJECT-IDENTITY STATUS current DESCRIPTION "A thing." ::= { acme 2 }
acmeDeep OBJECT IDENTIFIER ::= { iso org(3) dod(6) internet(1) private(4) enterprises(1) 99999 shelf(3) 7 }
acmeNotifications OBJECT IDENTIFIER ::= { acme 0 }
acmeConformance OBJECT IDENTIFIER ::= { acme 9 }

acmeHeat OBJECT-TYPE
    SYNTAX AcmeTemperature
    UNITS "degrees"
    MAX-ACCESS read-write
    STATUS current
    DESCRIPTION "Now."
    DEFVAL { 215 }
    ::= { acmeObjects 1 }

acmeColours OBJECT-TYPE SYNTAX AcmeColours MAX-ACCESS read-write STATUS current
    DESCRIPTION "" DEFVAL { { red, blue } } ::= { acmeObjects 2 }

acmeState OBJECT-TYPE SYNTAX AcmeState { off(0), on(1) } MAX-ACCESS read-only
    STATUS current DESCRIPTION "" ::= { acmeObjects 3 }

acmeTable OBJECT-TYPE SYNTAX SEQUENCE OF AcmeEntry MAX-ACCESS not-accessible
    STATUS current DESCRIPTION "Doors." ::= { acmeObjects 4 }
acmeEntry OBJECT-TYPE SYNTAX AcmeEntry MAX-ACCESS not-accessible
    STATUS current DESCRIPTION "" INDEX { acmeMac, acmeState2, acmeType, acmeAddr, IMPLIED acmeName }
    ::= { acmeTable 1 }
AcmeEntry ::= SEQUENCE {
    acmeMac MacAddress, acmeState2 AcmeState, acmeType InetAddressType,
    acmeAddr InetAddress, acmeName DisplayString, acmeTotal Counter64,
    acmeRow RowStatus }
acmeMac OBJECT-TYPE SYNTAX MacAddress MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 1 }
acmeState2 OBJECT-TYPE SYNTAX AcmeState MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 2 }
acmeType OBJECT-TYPE SYNTAX InetAddressType MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 3 }
acmeAddr OBJECT-TYPE SYNTAX InetAddress (SIZE (4 | 16)) MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 4 }
acmeName OBJECT-TYPE SYNTAX DisplayString (SIZE (0..32)) MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 5 }
acmeTotal OBJECT-TYPE SYNTAX Counter64 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acmeEntry 6 }
acmeRow OBJECT-TYPE SYNTAX RowStatus MAX-ACCESS read-create STATUS current DESCRIPTION "" ::= { acmeEntry 7 }

acmeMoreTable OBJECT-TYPE SYNTAX SEQUENCE OF AcmeMoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeObjects 5 }
acmeMoreEntry OBJECT-TYPE SYNTAX AcmeMoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" AUGMENTS { acmeEntry } ::= { acmeMoreTable 1 }
AcmeMoreEntry ::= SEQUENCE { acmeRange Unsigned32 }
acmeRange OBJECT-TYPE SYNTAX Unsigned32 ('0A'H..'FFFF'h | 70000) MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acmeMoreEntry 1 }

acmeHot NOTIFICATION-TYPE OBJECTS { acmeHeat, ifIndex } STATUS current
    DESCRIPTION "It is." ::= { acmeNotifications 1 }

acmeGroup OBJECT-GROUP OBJECTS { acmeHeat, acmeColours } STATUS current DESCRIPTION "" ::= { acmeConformance 1 }
acmeNotes NOTIFICATION-GROUP NOTIFICATIONS { acmeHot } STATUS current DESCRIPTION "" ::= { acmeConformance 2 }
acmeCompliance MODULE-COMPLIANCE STATUS current DESCRIPTION "All of it."
    MODULE -- this one
    MANDATORY-GROUPS { acmeGroup }
    OBJECT acmeHeat SYNTAX AcmeTemperature (0..1000) MIN-ACCESS read-only DESCRIPTION "Less will do."
    ::= { acmeConformance 3 }
acmeAgent AGENT-CAPABILITIES PRODUCT-RELEASE "1" STATUS current DESCRIPTION "It can."
    SUPPORTS IF-MIB INCLUDES { ifGeneralGroup }
    VARIATION ifAdminStatus SYNTAX INTEGER { up(1) } DESCRIPTION "No down."
    ::= { acmeConformance 4 }
END
`;

/** SMIv1 (RFC 1155, 1212, 1215), with the macros that it is written with. */
export const OLD_MIB = `OLD-MIB DEFINITIONS ::= BEGIN
EXPORTS everything, there-is;
IMPORTS enterprises, Counter, Gauge, TimeTicks, NetworkAddress, IpAddress FROM RFC1155-SMI
    OBJECT-TYPE FROM RFC-1212 TRAP-TYPE FROM RFC-1215
    snmp, ifIndex, DisplayString FROM RFC1213-MIB;

OBJECT-TYPE MACRO ::=
BEGIN
  TYPE NOTATION ::= "SYNTAX" type(ObjectSyntax) "ACCESS" Access
  VALUE NOTATION ::= value (VALUE ObjectName)
END

OldCounter ::= [APPLICATION 1] IMPLICIT INTEGER (0..4294967295)
OldString ::= OCTET STRING
most-ports INTEGER ::= 48

old OBJECT IDENTIFIER ::= { enterprises 99998 }
oldTable OBJECT-TYPE SYNTAX SEQUENCE OF OldEntry ACCESS not-accessible STATUS mandatory DESCRIPTION "" ::= { old 1 }
oldEntry OBJECT-TYPE SYNTAX OldEntry ACCESS not-accessible STATUS mandatory INDEX { oldNet, oldAddr, INTEGER } ::= { oldTable 1 }
OldEntry ::= SEQUENCE { oldNet NetworkAddress, oldAddr IpAddress, oldName OldString }
oldNet OBJECT-TYPE SYNTAX NetworkAddress ACCESS read-only STATUS mandatory ::= { oldEntry 1 }
oldAddr OBJECT-TYPE SYNTAX IpAddress ACCESS read-only STATUS mandatory ::= { oldEntry 2 }
oldName OBJECT-TYPE SYNTAX OldString (SIZE (0..15)) ACCESS read-write STATUS optional ::= { oldEntry 3 }
oldIn OBJECT-TYPE SYNTAX Counter ACCESS read-only STATUS mandatory ::= { old 2 }
oldSpeed OBJECT-TYPE SYNTAX Gauge ACCESS read-only STATUS mandatory DEFVAL { 0 } ::= { old 3 }

oldBroken TRAP-TYPE ENTERPRISE old VARIABLES { oldName, ifIndex } DESCRIPTION "Broken." ::= 7
oldCold TRAP-TYPE ENTERPRISE snmp DESCRIPTION "Cold." ::= 0
END
`;

/** What vendors write and net-snmp reads. */
export const SLOPPY_MIB = `SLOPPY-MIB DEFINITIONS ::= BEGIN
IMPORTS OBJECT-TYPE FROM RFC-1212;
---------------------------- a ruler, then words
--- three dashes, and a quote that is not closed: "
sloppy_root OBJECT IDENTIFIER ::= { enterprises 99997 } -- not imported
Upper_Case OBJECT IDENTIFIER ::= { sloppy_root 1 }
10baseT OBJECT-TYPE SYNTAX INTEGER { 10half(1) 10full(2),, 100full(3), } MAX-ACCESS read-only
    STATUS current ::= { Upper_Case 1 }
sloppySize OBJECT-TYPE STATUS mandatory ACCESS read-only SYNTAX OCTET STRING SIZE (1..8) ::= { Upper_Case 2 }
sloppyRange OBJECT-TYPE SYNTAX INTEGER (10..1) ACCESS read-only STATUS mandatory ::= { Upper_Case, 3 }
sloppyAll OBJECT-TYPE SYNTAX Integer32 (MIN..MAX) MAX-ACCESS read-only STATUS current ::= { Upper_Case 4 }
END\x1a
SECOND-MIB { 1 3 6 1 } DEFINITIONS IMPLICIT TAGS ::= BEGIN second OBJECT IDENTIFIER ::= { 1 3 6 1 4 1 99996 } END
`;

-- A fingerprint must tell items apart whatever their datasets and revisions are. The first form mixed the two by XOR,
-- so that revision 2 of dataset 13 counted as revision 3 of dataset 12 does at the same place, and a task that reads both
-- could miss a change. Each number goes through a mix of its own now.
--
-- Fingerprints that were written before are sums of the first form. They are compared only for equality, and what is
-- added from now on differs from what they hold; so a task may be run once more than it need, and none is missed.
CREATE OR REPLACE FUNCTION item_reads(dataset int, place int[], revision int) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashint4extended(revision, hashint4extended(dataset, hash_array_extended(place, 0))) & 1099511627775;

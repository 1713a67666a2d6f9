package stitcher

import "hash/maphash"

// index finds what it holds by its key without keeping that twice.
type index[K comparable, T interface{ key() K }] struct {
	hash func(K) uint64
	of   map[uint64]T // by the hash of its key, or the next that is free
}

func newIndex[K comparable, T interface{ key() K }]() index[K, T] {
	seed := maphash.MakeSeed()
	return index[K, T]{func(k K) uint64 { return maphash.Comparable(seed, k) }, make(map[uint64]T)}
}

// find returns also the hash that something of the key is at, or would be.
func (x *index[K, T]) find(k K) (hash uint64, t T, ok bool) {
	for hash = x.hash(k); ; hash++ {
		if t, ok = x.of[hash]; !ok || t.key() == k {
			return hash, t, ok
		}
	}
}

func (x *index[K, T]) add(k K, t T) {
	hash, _, _ := x.find(k)
	x.of[hash] = t
}

func (x *index[K, T]) remove(k K) {
	hash, _, ok := x.find(k)
	if !ok {
		return
	}
	delete(x.of, hash)
	for hash++; ; hash++ { // what had to make way for it
		t, ok := x.of[hash]
		if !ok {
			return
		}
		delete(x.of, hash)
		x.add(t.key(), t)
	}
}

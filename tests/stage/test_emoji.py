"""The emoji's sprites: at any size, and no more of them than a stage needs."""

from device.stage.emoji import CACHED_SPRITES, MARGIN, Emoji


def held(emoji: Emoji) -> int:
    """Return how many bytes its sprites have."""
    return sum(4 * side * side for _, side in emoji._sprites)


def test_sprites_of_ever_new_sizes_take_no_more_memory_than_some_large_ones() -> None:
    emoji, diameter = Emoji(), 200
    emoji.fit(diameter)
    for size in (*range(20, 230, 2), *range(229, 19, -2)):
        sprite = emoji.sprite("happy", size)
        assert abs(sprite.get_width() - size * MARGIN) <= 2
        assert held(emoji) <= CACHED_SPRITES * 4 * round(diameter * MARGIN) ** 2
    assert emoji.sprite("happy", 100) is emoji.sprite("happy", 100)


def test_an_emoji_that_breathes_makes_no_sprite_twice() -> None:
    emoji, diameter = Emoji(), 400
    emoji.fit(diameter)
    sizes = [diameter * (0.99 + 0.0005 * number) for number in range(40)]
    made = [emoji.sprite("happy", size) for size in sizes]
    assert all(emoji.sprite("happy", size) is one for size, one in zip(sizes, made, strict=True))
